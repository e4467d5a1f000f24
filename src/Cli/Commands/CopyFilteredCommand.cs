using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk copy-filtered-files: copies the files of a tree that an image's filter matches.</summary>
sealed class CopyFilteredCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> source = new("SRC") { Description = "A directory tree" };
    readonly Argument<string> target = new("DST") { Description = "The directory that gets the copies" };
    readonly ScanOptions scan = new();

    public CopyFilteredCommand() : base("copy-filtered-files", "Copy the files of a directory tree that an image's filter matches")
    {
        Add(image);
        Add(source);
        Add(target);
        scan.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image), new(WithTree: false));
        using var copier = new FilteredFileCopier(arguments.GetRequiredValue(source), arguments.GetRequiredValue(target), context.Host.IsRoot);
        foreach (var (path, status) in scan.Read(arguments, found).Find(arguments.GetRequiredValue(source)))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            copier.Copy(path.AsSpan(1), status);
        }
        return ExitCode.Success;
    }
}
