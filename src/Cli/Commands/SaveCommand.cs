using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Saving;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk save-to-file: an image with its objects in one file.</summary>
sealed class SaveCommand : ImageCommand
{
    readonly Argument<string> name = new("NAME") { Description = "The full name of an image" };
    readonly Argument<string?> output = OutputArgument();
    readonly MasterOption master = new();

    public SaveCommand() : base("save-to-file", "Save an image with its objects in one file")
    {
        Add(name);
        Add(output);
        Add(master);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var repository = master.Choose(arguments, context);
        var archive = await repository.GetArchiveAsync(arguments.GetRequiredValue(name), context.Cancellation);
        var image = ImageArchiveFile.Read(archive).Image;
        var progress = new TransferProgress();
        await OutputFile.WriteAsync(context.Host, arguments.GetValue(output), stream => ProgressBar.RunAsync(
            context.Host, "Saving", (long)(image.FileSystem?.TotalDataBytes ?? 0), () => progress.ByteCount,
            () => SavedImage.WriteAsync(stream, archive, image, repository, progress, context.Cancellation)));
        return ExitCode.Success;
    }
}
