using System.CommandLine;
using System.Runtime.InteropServices;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Cli.ManifestBuilds;

/// <summary>What the commands that build a manifest directory on this machine have in common.</summary>
sealed class ManifestBuildOptions
{
    readonly Argument<string> directory = new("DIR") { Description = "The manifest directory" };
    readonly Option<string[]> bindMounts = new("--bind-mount") { Description = "Directories of this machine that scripts see, read-only, at the same paths", HelpName = "DIR,…" };
    readonly DurationOption duration = new("--max-build-duration", "How long the build may take [default: 24h]") { DefaultValueFactory = _ => TimeSpan.FromHours(24) };
    readonly Option<string?> mtimes = new("--mtimes-copy-filter") { Description = "Expressions of paths whose times are not taken from the stream's previous image, one a line", HelpName = "FILE" };
    readonly Option<string?> cache = new("--cache")
    {
        Description = "The build cache, a project's ImageCacheDirectory [default: $XDG_CACHE_HOME/imagesdk or ~/.cache/imagesdk]", HelpName = "DIR",
    };

    readonly BuildLogOption log = new();
    readonly VariablesOption variables = new();

    public void AddTo(Command command, params IEnumerable<Argument> others)
    {
        command.Add(directory);
        foreach (var argument in others)
            command.Add(argument);
        foreach (var option in (Option[])[bindMounts, duration, mtimes, cache, log])
            command.Add(option);
        variables.AddTo(command);
    }

    /// <summary>Builds it.</summary>
    /// <param name="stream">Of the image; null for one that is no stream's.</param>
    /// <param name="source">Says what the image is built on, in place of what its manifest says; null for that.</param>
    /// <exception cref="CommandException">There is no manifest directory, or an argument is wrong.</exception>
    /// <exception cref="Contracts.Diagnostics.BuildException">It fails.</exception>
    public async Task<ManifestBuild> BuildAsync(ParseResult arguments, CommandContext context, string? stream = null, Func<ImageProject, ImageProject>? source = null)
    {
        var manifest = Path.GetFullPath(arguments.GetRequiredValue(directory));
        if (!File.Exists(Path.Combine(manifest, "manifest")))
            throw new CommandException(ErrorCode.BadManifestDirectory, $"{manifest} is no manifest directory: there is no file \"manifest\" in it");
        var location = context.Location;
        var project = new ImageProject
        {
            ProjectFile = Path.Combine(manifest, "manifest"),
            ManifestDirectory = manifest,
            Stream = stream ?? "manifest",
            Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
            // Of any age, as nothing here could build another.
            Source = new() { MaxAge = TimeSpan.Zero },
            Variables = [.. variables.Read(arguments).Select(variable => new NamedValue(variable.Key, variable.Value))],
            MtimesCopyAddFilterLines = arguments.GetValue(mtimes) is { } file ? InputFile.ReadLines(file) : [],
            Sandbox = new() { BindMounts = [.. ReadBindMounts(arguments)], BuildTimeout = arguments.GetValue(duration) },
            Store = new(location.Images, location.Objects),
            CacheDirectory = CacheLocation.Find(arguments.GetValue(cache), context.Host.GetVariable),
            ImageFile = "",
        };
        using var shown = log.Open(arguments, context);
        var build = new ManifestBuild(shown);
        try
        {
            await build.RunAsync(source?.Invoke(project) ?? project, source is null ? context.ServerSettings : null, context.Cancellation);
            return build;
        }
        catch
        {
            shown.ShowFailed();
            await build.DisposeAsync();
            throw;
        }
    }

    IEnumerable<BindMount> ReadBindMounts(ParseResult arguments)
    {
        foreach (var path in (arguments.GetValue(bindMounts) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries)))
            yield return Directory.Exists(path) && Path.IsPathRooted(path)
                ? new(path, path)
                : throw new CommandException(ErrorCode.Usage, $"--bind-mount: {path} is no absolute path of a directory");
    }
}
