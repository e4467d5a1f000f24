using System.CommandLine;
using System.IO.Compression;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Trees;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk tar: an image's tree as a tar file.</summary>
sealed class TarCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string?> output = OutputArgument();
    readonly Option<bool> compress = new("--compress") { Description = "Compress with gzip" };
    readonly FilterOption deleteFilter = new("--delete-filter", "What to leave out");
    readonly ComputedFilesOption computed = new();
    readonly ObjectCacheOption cache = new();

    public TarCommand() : base("tar", "Write an image's tree as a tar file")
    {
        Add(image);
        Add(output);
        Add(compress);
        deleteFilter.AddTo(this);
        Add(computed);
        cache.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        var tree = found.Tree.Without(deleteFilter.Read(arguments));
        var progress = new TransferProgress();
        var writer = new TarImageWriter(cache.Wrap(arguments, context.FetcherFor(found, progress)), context.Cancellation)
        {
            ComputeFile = computed.Read(arguments),
        };
        await OutputFile.WriteAsync(context.Host, arguments.GetValue(output), stream => ProgressBar.RunAsync(
            context.Host, "Writing", (long)tree.TotalDataBytes, () => progress.ByteCount, () => WriteAsync(writer, tree, stream, arguments.GetValue(compress))));
        return ExitCode.Success;
    }

    static async Task WriteAsync(TarImageWriter writer, FileSystem tree, Stream output, bool isCompressed)
    {
        if (!isCompressed)
        {
            await writer.WriteAsync(tree, output);
            return;
        }
        await using var compressed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        await writer.WriteAsync(tree, compressed);
    }
}
