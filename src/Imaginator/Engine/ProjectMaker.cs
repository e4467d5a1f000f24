using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Says in the engine's words what a stream's configuration says.</summary>
sealed class ProjectMaker(EngineSettings settings, MainConfiguration configuration)
{
    /// <param name="directory">Where this build keeps its state.</param>
    public ImageProject Make(BootstrapStream stream, StreamBuild build, string directory)
    {
        var (made, empty) = (stream.Configuration, Path.Combine(directory, "manifest"));
        Directory.CreateDirectory(empty);
        return Make(build, directory, empty) with
        {
            UseManifestDirectory = false,
            Bootstrap = new BootstrapSettings { Command = [.. made.Command.Select(argument => Expand(argument, build))], PackagerType = made.PackagerType },
            ExcludedPaths = made.FilterLines,
            FilterLines = made.ImageFilter?.Lines,
            Tags = [.. made.ImageTags.Select(tag => new NamedValue(tag.Key, tag.Value))],
            Triggers =
            [
                .. (made.ImageTriggers?.List ?? []).Select(trigger => new ProjectTriggerItem(
                    trigger.Service, trigger.MatchLines, trigger.DoReboot, trigger.DoReload, trigger.HighImpact, trigger.SortName)),
            ],
            OwnerGroups = made.OwnerGroups,
            OwnerUsers = made.OwnerUsers,
            Origin = new("", "", ""),
        };
    }

    /// <param name="directory">Where this build keeps its state.</param>
    /// <param name="manifest">The manifest directory.</param>
    public ImageProject Make(ManifestStream stream, StreamBuild build, string directory, string manifest, ManifestOrigin origin) => Make(build, directory, manifest) with
    {
        Variables = [.. stream.Configuration.Variables.Select(variable => new NamedValue(variable.Key, variable.Value))],
        RequestVariables = [.. build.Variables.Select(variable => new NamedValue(variable.Key, variable.Value))],
        Origin = origin,
        // Those of the manifest replace them, or are added.
        MtimesCopyAddFilterLines = configuration.MtimesCopyFilterLines,
        Cache = configuration.Cache,
        Sandbox = new()
        {
            BindMounts = [.. configuration.BindMounts.Select(path => new BindMount(path, path))],
            BuildTimeout = build.TimeLimit,
        },
    };

    ImageProject Make(StreamBuild build, string directory, string manifest) => new()
    {
        ProjectFile = Path.Combine(manifest, "manifest"),
        ManifestDirectory = manifest,
        Stream = build.Stream.Name,
        Architecture = build.Stream.ArchitectureOr(settings.Architecture),
        PackagerTypes = [.. configuration.PackagerTypes.Values],
        // Its age has been looked at.
        Source = new() { MaxAge = TimeSpan.Zero },
        CacheDirectory = settings.CacheDirectory,
        RemoteCache = settings.SharedCache,
        Store = new(Path.Combine(settings.StateDirectory, "store", "images"), Path.Combine(settings.StateDirectory, "store", "objects")),
        ImageFile = Path.Combine(directory, "built.image"),
        Sandbox = new() { BuildTimeout = build.TimeLimit },
    };

    // The directory is known to the worker only.
    string Expand(string argument, StreamBuild build) =>
        VariableExpansion.Expand(argument, name => name == "dir" ? "$dir" : build.Variables.TryGetValue(name, out var value) ? value : name == "ARCH" ? build.Stream.ArchitectureOr(settings.Architecture) : null);
}
