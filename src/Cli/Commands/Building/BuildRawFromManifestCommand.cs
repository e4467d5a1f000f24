using System.CommandLine;
using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.ManifestBuilds;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Unpacking;

namespace ImageSdk.Cli.Commands.Building;

/// <summary>imagesdk build build-raw-from-manifest: builds a manifest directory here and makes a disk of it.</summary>
sealed class BuildRawFromManifestCommand : ImageCommand
{
    readonly ManifestBuildOptions build = new();
    readonly Argument<string> output = new("FILE") { Description = "The disk" };
    readonly DiskFlags flags = new();
    readonly Option<string?> size = new("--raw-size") { Description = "The size of the root's file system at least, from 1M; without it what the tree needs", HelpName = "SIZE" };

    public BuildRawFromManifestCommand() : base("build-raw-from-manifest", "Build a manifest directory on this machine and make a disk of it")
    {
        build.AddTo(this, output);
        flags.AddTo(this);
        Add(size);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var place = OutputPlace.Find(arguments.GetRequiredValue(output));
        if (place.Kind != OutputKind.File)
            throw new CommandException(ErrorCode.BadTarget, $"{place.Path} is no regular file: name a file, and copy it to the device");
        try
        {
            var format = ArtifactFormats.Find("raw");
            var said = new Dictionary<string, string>(flags.Read(arguments), StringComparer.OrdinalIgnoreCase);
            if (arguments.GetValue(size) is { } least)
                said["RootMinimumSize"] = least;
            var settings = format.ReadSettings(said);
            await using var built = await build.BuildAsync(arguments, context);
            var found = await built.FindAsync("manifest", context.Cancellation);
            using var unpacked = await TemporaryTree.UnpackAsync(found, context);
            await OutputFile.ReplaceAsync(place.Path, temporary => Task.Run(() =>
                new DiskWriter(format, settings).Write(found, unpacked, Path.GetFileNameWithoutExtension(place.Path), temporary, context)));
        }
        catch (ArtifactException exception)
        {
            throw new CommandException(exception.Code, exception.Message, exception);
        }
        BuiltText.Write(context, "", place.Path);
        return ExitCode.Success;
    }
}
