using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Contracts.Projects;

/// <summary>One of the images that a project with <c>ImageTargets</c> makes.</summary>
/// <param name="Name">[DISTRIBUTION-]RELEASE-ARCHITECTURE[-PROFILE].</param>
/// <param name="Profile">Empty for none.</param>
public sealed record ImageTarget(string Name, string Release, string Architecture, string Profile)
{
    /// <summary>The target of a referenced project that fits the project which refers to it.</summary>
    /// <param name="available">What the referenced project makes; at least one.</param>
    /// <param name="project">The referenced project, for errors.</param>
    /// <param name="named">The one that the reference names; empty to find the nearest.</param>
    /// <param name="wanted">The referring project; its name is empty where it makes one image, and so may be its release.</param>
    public static ImageTarget Choose(IReadOnlyList<ImageTarget> available, string project, string named, ImageTarget wanted)
    {
        var list = string.Join(", ", available.Select(target => target.Name));
        if (named.Length > 0)
        {
            return available.FirstOrDefault(target => target.Name == named)
                ?? throw new BuildException("IMG1564", $"The reference to {project} asks for ImageTarget '{named}', and that project makes {list}. Name one of these.");
        }
        if (available.FirstOrDefault(target => target.Name == wanted.Name) is { } same)
            return same;
        var fitting = available.Where(target => target.Architecture == wanted.Architecture && (target.Release == wanted.Release || wanted.Release.Length == 0)).ToList();
        // One without a profile is what those with profiles add to.
        if (fitting.Where(target => target.Profile.Length == 0).ToList() is [_, ..] plain)
            fitting = plain;
        var asked = wanted.Name.Length > 0 ? wanted.Name : string.Join(" for ", new[] { wanted.Release, wanted.Architecture }.Where(part => part.Length > 0));
        return fitting switch
        {
            [var only] => only,
            [] => throw new BuildException("IMG1564", $"{project} makes no image that fits {asked}: it makes {list}. Add the target to its ImageTargets, or name one of these in metadata ImageTarget of the ProjectReference."),
            _ => throw new BuildException("IMG1564",
                $"{project} makes several images that fit {asked}: {string.Join(", ", fitting.Select(target => target.Name))}. Name one of them in metadata ImageTarget of the ProjectReference."),
        };
    }
}
