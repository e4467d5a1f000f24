using ImageSdk.Building.Remote;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Imaginator.Configuration;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Adds to a stream what the .imgproj in its manifest directory says.</summary>
/// <param name="configuration">The main configuration.</param>
sealed class ProjectEvaluator(EngineSettings settings, MainConfiguration configuration)
{
    /// <summary>Whether projects are evaluated here.</summary>
    public bool IsEnabled => settings.ImageSdkDirectory.Length > 0;

    /// <param name="file">The .imgproj.</param>
    /// <param name="directory">Where this build keeps its state.</param>
    /// <param name="basis">What the stream's configuration says: it counts more than the project.</param>
    /// <exception cref="BuildException">It cannot be evaluated, or wants what it does not get.</exception>
    public async Task<ImageProject> EvaluateAsync(string file, string directory, ImageProject basis, IBuildListener log, CancellationToken cancellation)
    {
        var work = Path.Combine(directory, "project");
        var (received, objects) = await new ProjectEvaluation(settings.Dotnet, settings.ImageSdkDirectory).EvaluateAsync(file, work, basis.Stream, basis.Architecture, log, cancellation);
        if (received.FindDemand(configuration.BindMounts) is { } demand)
            throw new BuildException("IMG7368", $"{Path.GetFileName(file)} wants {demand}, which an imaginator gives no stream. Remove it, or have the site configure it.");
        if (received.Project.Sandbox.Secrets.Count > 0)
            throw new BuildException("IMG7368", $"{Path.GetFileName(file)} wants secrets, which an imaginator has none of for streams. Remove the ImageSecret items.");
        // Callers see paths below "trees" without the folder of the build.
        var tree = Path.Combine(work, "trees", "project");
        Directory.CreateDirectory(tree);
        await received.UnpackAsync(objects, tree, cancellation);
        Directory.Delete(objects.Directory, recursive: true);
        var (placed, _) = received.Place(tree, directory, project => project);
        return basis with
        {
            ProjectFile = placed.ProjectFile, ManifestDirectory = placed.ManifestDirectory, UseManifestDirectory = placed.UseManifestDirectory, Source = placed.Source with { MaxAge = TimeSpan.Zero },
            Bootstrap = placed.Bootstrap, PackagerTypes = [.. placed.PackagerTypes, .. basis.PackagerTypes.Where(type => placed.PackagerTypes.All(own => own.Name != type.Name))],
            Variables = [.. placed.Variables, .. basis.Variables], Packages = placed.Packages, Archives = placed.Archives, Launchpad = placed.Launchpad, Files = placed.Files, Trees = placed.Trees, Scripts = placed.Scripts, Tests = placed.Tests,
            Tags = placed.Tags, Triggers = placed.Triggers, AddTriggers = placed.AddTriggers, FilterLines = placed.FilterLines, AddFilter = placed.AddFilter,
            ComputedFiles = placed.ComputedFiles, AddComputedFiles = placed.AddComputedFiles, ExcludedPaths = placed.ExcludedPaths, MtimesCopyFilterLines = placed.MtimesCopyFilterLines,
            MtimesCopyAddFilterLines = [.. placed.MtimesCopyAddFilterLines, .. basis.MtimesCopyAddFilterLines], OwnerUsers = placed.OwnerUsers, OwnerGroups = placed.OwnerGroups,
            Installation = placed.Installation, SourceDateEpoch = placed.SourceDateEpoch,
            Sandbox = placed.Sandbox with
            {
                BindMounts = [.. basis.Sandbox.BindMounts, .. placed.Sandbox.BindMounts.Where(mount => basis.Sandbox.BindMounts.All(other => other.Target != mount.Target))],
                BuildTimeout = basis.Sandbox.BuildTimeout,
            },
        };
    }
}
