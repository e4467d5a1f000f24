using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Saving;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk restore-from-file: an image that was saved with its objects.</summary>
sealed class RestoreCommand : ImageCommand
{
    static readonly TimeSpan DefaultExpiry = TimeSpan.FromMinutes(15);

    readonly Argument<string> file = new("FILE") { Description = "A file that save-to-file has written" };
    readonly ExpiryOption expiry = new();
    readonly MasterOption master = new();

    public RestoreCommand() : base("restore-from-file", "Restore an image that was saved in a file")
    {
        Add(file);
        expiry.AddTo(this);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        using var saved = SavedImageReader.Open(arguments.GetRequiredValue(file));
        var repository = master.Choose(arguments, context);
        var (name, image) = saved.Content;
        if (await repository.ExistsAsync(name, context.Cancellation))
            throw new CommandException(ErrorCode.ImageExists, $"{OneLine.Of(name)} already exists");
        var now = DateTimeOffset.UtcNow;
        if (image.ExpiresAt is { } old && old > now)
            throw new CommandException(ErrorCode.BadExpiry, $"cannot restore for: {HumanDuration.Format(old - now)}: until then the image may still be there");
        var progress = new TransferProgress();
        await using (var receiver = repository.Receiver(saved, progress, context.Cancellation))
        {
            await ProgressBar.RunAsync(context.Host, "Restoring", (long)(image.FileSystem?.TotalDataBytes ?? 0), () => progress.ByteCount, async () =>
            {
                foreach (var batch in saved.Batches())
                    await receiver.OfferAsync(batch);
                await receiver.FinishAsync();
            });
        }
        await repository.RestoreAsync(saved.Archive, saved.Content, now + (expiry.ReadDuration(arguments) ?? DefaultExpiry), context.Cancellation);
        context.Host.Error.WriteLine($"restored image: {OneLine.Of(name)}");
        return ExitCode.Success;
    }
}
