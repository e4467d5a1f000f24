using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Views;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Trees.Patching;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk patch-directory: brings a directory tree to an image's state.</summary>
sealed class PatchCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> directory = new("DIR") { Description = "The directory tree to change" };
    readonly Option<bool> ignoreFilters = new("--ignore-filters") { Description = "Change the paths that the image's filter matches, too" };
    readonly Option<bool> dryRun = new("--dry-run") { Description = "Say what would be changed and change nothing" };
    readonly ObjectCacheOption cache = new();

    public PatchCommand() : base("patch-directory", "Bring a directory tree to an image's state")
    {
        Add(image);
        Add(directory);
        Add(ignoreFilters);
        Add(dryRun);
        cache.AddTo(this);
    }

    protected override bool NeedsCleaning => true;

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var path = arguments.GetRequiredValue(directory);
        if (!Directory.Exists(path))
            throw new CommandException(ErrorCode.PatchFailed, $"there is no directory {path}: name the tree to change");
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        FileSystemValidator.Validate(found.Tree);
        // A sparse image says nothing of what else there is.
        if (found.Image.Filter is null && !arguments.GetValue(ignoreFilters))
            throw new CommandException(ErrorCode.PatchFailed, $"{found.Name} is a sparse image: all else would be deleted; say --ignore-filters if that is meant");
        var filter = arguments.GetValue(ignoreFilters) ? new Filter([]) : found.Image.Filter!;
        using var scanner = new DirectoryScanner(path, filter);
        var present = await ProgressBar.RunAsync(context.Host, "Scanning", 0, () => scanner.ByteCount, () => scanner.ScanAsync(null, context.Cancellation));
        var wanted = found.Tree.Without(filter);
        var patch = TreePatch.Compare(wanted, present);
        if (!arguments.GetValue(dryRun))
            await ApplyAsync(patch, wanted, path, context.FetcherFor(found, new TransferProgress()), arguments, context);
        PatchText.Write(context, patch, arguments.GetValue(dryRun));
        return ExitCode.Success;
    }

    async Task ApplyAsync(TreePatch patch, FileSystem wanted, string path, IObjectFetcher objects, ParseResult arguments, CommandContext context)
    {
        try
        {
            if (!patch.IsEmpty)
                await new DirectoryPatcher(path, cache.Wrap(arguments, objects), context.Host.IsRoot, context.Cancellation).ApplyAsync(wanted, patch);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && !Failure.IsNoSpace(exception))
        {
            throw new CommandException(ErrorCode.PatchFailed, $"cannot patch {path}: {exception.Message}: what was done until then stays; run it again", exception);
        }
    }
}
