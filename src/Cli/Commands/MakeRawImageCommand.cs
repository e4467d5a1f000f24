using System.CommandLine;
using System.Text;
using ImageSdk.Artifacts;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Unpacking;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk make-raw-image: a disk of an image, by the format that builds use too.</summary>
sealed class MakeRawImageCommand : ImageCommand
{
    const string Raw = "raw";

    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> output = new("FILE") { Description = "The disk" };
    readonly Option<string> format = new("--format")
    {
        Description = $"The format of the disk, as ImageFormats has it [default: {Raw}]", HelpName = "raw|qcow2|…", DefaultValueFactory = _ => Raw,
    };

    readonly Option<string?> overlay = new("--overlay-directory") { Description = "A directory tree to lay over the image on the disk; all in it becomes root's", HelpName = "DIR" };
    readonly Option<bool> allocate = new("--allocate-blocks") { Description = "Give the disk all its room now, holes too" };
    readonly DurationOption timeout = new("--timeout", "How long to wait for an image that is not there yet");
    readonly DiskFlags flags = new();
    readonly ObjectCacheOption cache = new();
    readonly ComputedFilesOption computed = new();

    public MakeRawImageCommand() : base("make-raw-image", "Make a disk of an image: bootable, where the image has a kernel and nothing else is said")
    {
        Add(image);
        Add(output);
        Add(format);
        flags.AddTo(this);
        Add(overlay);
        Add(computed);
        Add(allocate);
        Add(timeout);
        cache.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var place = OutputPlace.Find(arguments.GetRequiredValue(output));
        if (place.Kind != OutputKind.File)
            throw new CommandException(ErrorCode.BadTarget, $"{place.Path} is no regular file: name a file, and copy it to the device");
        var formatName = arguments.GetRequiredValue(format);
        if (arguments.GetValue(allocate) && formatName != Raw)
            throw new CommandException(ErrorCode.UnsupportedFlag, $"--allocate-blocks: only a raw disk has room for all its blocks, not one of the format {formatName}: leave one of them away");
        var said = flags.Read(arguments);
        try
        {
            var chosen = ArtifactFormats.Find(formatName);
            var read = chosen.ReadSettings(said);
            var found = await context.FindAsync(arguments.GetRequiredValue(image), new(Timeout: arguments.GetValue(timeout)));
            var tree = await OverlayAsync(found, arguments, context);
            using var unpacked = await TemporaryTree.UnpackAsync(
                tree.Tree, progress => tree.Over(cache.Wrap(arguments, context.FetcherFor(found, progress))), context);
            var written = found with { Image = found.Image with { FileSystem = tree.Tree } };
            await OutputFile.ReplaceAsync(place.Path, temporary => Task.Run(() =>
            {
                new DiskWriter(chosen, read).Write(written, unpacked, Path.GetFileNameWithoutExtension(place.Path), temporary, context);
                if (arguments.GetValue(allocate))
                    FileAllocation.Fill(temporary);
            }));
        }
        catch (ArtifactException exception)
        {
            throw new CommandException(exception.Code, exception.Message, exception);
        }
        return ExitCode.Success;
    }

    /// <summary>What the disk has and the image has not.</summary>
    async Task<TreeOverlay> OverlayAsync(FoundImage found, ParseResult arguments, CommandContext context)
    {
        FileSystemValidator.Validate(found.Tree);
        var tree = new TreeOverlay(found.Tree, new FileTime(ArtifactTimes.NewestOf(found.Tree), 0));
        if (computed.Read(arguments) is { } compute)
            tree.Compute(compute);
        if (arguments.GetValue(overlay) is { } directory)
        {
            if (!Directory.Exists(directory))
                throw new CommandException(ErrorCode.ScanFailed, $"--overlay-directory: there is no directory {directory}");
            var above = await context.FindAsync($"d:{directory}");
            tree.Add(above.Tree, above.Objects!);
        }
        if (!found.IsFile)
            tree.Add("/var/lib/initial-image", Encoding.UTF8.GetBytes($"{found.Name}\n"));
        return tree;
    }
}
