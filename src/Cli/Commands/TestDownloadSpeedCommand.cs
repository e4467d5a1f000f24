using System.CommandLine;
using System.Diagnostics;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk test-download-speed: fetches all objects of an image and throws them away.</summary>
sealed class TestDownloadSpeedCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();

    public TestDownloadSpeedCommand() : base("test-download-speed", "Fetch all objects of an image and say how fast that was") => Add(image);

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        context.Host.Error.WriteLine($"downloaded image metadata in {HumanDuration.Format(Stopwatch.GetElapsedTime(started))}");
        WantedObject[] objects =
        [
            .. found.Tree.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0)
                .Select(file => new WantedObject(file.Hash, file.Size)).DistinctBy(wanted => wanted.Hash),
        ];
        started = Stopwatch.GetTimestamp();
        var progress = new TransferProgress();
        await ProgressBar.RunAsync(
            context.Host, "Fetching", objects.Sum(wanted => (long)wanted.Size), () => progress.ByteCount,
            () => context.FetcherFor(found, progress, letServerCompare: true).FetchAsync(objects, new Nowhere(), context.Cancellation));
        var time = Stopwatch.GetElapsedTime(started);
        var bytes = (ulong)progress.ByteCount;
        context.Host.Error.WriteLine(
            $"downloaded {HumanSize.Format(bytes)} ({objects.Length} objects) in {HumanDuration.Format(time)} ({HumanSpeed.Format(bytes, time)})");
        return ExitCode.Success;
    }

    sealed class Nowhere : IObjectSink
    {
        public void Take(int index, ReadOnlySpan<byte> content)
        {
        }

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation) =>
            await content.CopyToAsync(Stream.Null, cancellation);
    }
}
