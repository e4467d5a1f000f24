using System.Security.Cryptography;
using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>A request that was checked: its format, its settings, where it goes.</summary>
sealed record ArtifactPlan(ArtifactRequest Request, IArtifactFormat Format, ArtifactSettings Settings, string Path)
{
    /// <summary>What is known of the artifact that is there.</summary>
    public string RecordFile => Path + ".json";

    /// <exception cref="BuildException">There is no such format or option, or two artifacts would be one file.</exception>
    public static IReadOnlyList<ArtifactPlan> Check(IEnumerable<ArtifactRequest> requests, ImageProject project)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(project.ImageFile);
        var plans = new List<ArtifactPlan>();
        foreach (var request in requests)
        {
            var plan = At(request, () => Check(request, name, project));
            if (plans.FirstOrDefault(other => other.Path == plan.Path) is { } same)
                throw new BuildException("IMG6008",
                    $"{same.Request.Format} and {request.Format} would both be {plan.Path}. Give one of them another name (metadata OutputName), or remove it.",
                    request.File, request.Line);
            plans.Add(plan);
        }
        return plans;
    }

    static ArtifactPlan Check(ArtifactRequest request, string name, ImageProject project)
    {
        var format = ArtifactFormats.Find(request.Format);
        if (format.NeedsSourceDisk && !SourceDiskFile.IsNamedBy(project))
            throw new ArtifactException("IMG6393", $"The format {format.Name} is made of the disk that an image is built on, and this one is built on none. Set SourceImageFile or SourceImageUrl to a disk image, or use another format, such as qcow2.");
        // It would fail in any case, after all of the build.
        if (format.NeedsSourceDisk && SourceDiskFile.ArchiveOf(project) is { } archive)
            throw new ArtifactException("IMG6393", $"The format {format.Name} is made of the disk that an image is built on, and this one is built on an archive of files, {archive}. Use a source that is a disk, or another format, such as qcow2.");
        var settings = format.ReadSettings(request.Settings);
        return new(request, format, settings, System.IO.Path.Combine(request.OutputDirectory, format.OutputName(name, settings)));
    }

    /// <summary>Whether the host has what the format needs.</summary>
    public void RequireTools() => At(Request, () =>
    {
        foreach (var tool in Format.Tools(Settings))
            tool.Require();
        return 0;
    });

    /// <summary>All that is said of it, one line; the text decides whether something changed.</summary>
    public string Describe() => CacheKey.Of(
    [
        Format.Name, Format.Version.ToString(), Path, .. Settings.Values.SelectMany(pair => new[] { pair.Key, pair.Value }),
        .. Format.InputFiles(Settings).Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
    ]);

    static T At<T>(ArtifactRequest request, Func<T> check)
    {
        try
        {
            return check();
        }
        catch (ArtifactException exception)
        {
            throw new BuildException(exception.Code, exception.Message, request.File, request.Line, inner: exception);
        }
    }
}
