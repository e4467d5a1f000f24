using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk get-image-updates: what changes on a server, as it happens.</summary>
sealed class GetUpdatesCommand() : ImageCommand("get-image-updates", "Show what changes on an image server, until the connection ends")
{
    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var connection = await context.Server.Connections.RentAsync(context.Cancellation);
        await using var rented = connection;
        var isInitial = true;
        await foreach (var update in new ImageServerClient(connection).GetUpdatesAsync(context.Cancellation))
        {
            context.Host.Text.WriteLine(OneLine.Of(Describe(update, isInitial)));
            // Whoever watches wants to see it now.
            context.Host.Flush();
            if (update is { Operation: ImageOperation.AddImage, Name: "" })
                isInitial = false;
        }
        return ExitCode.Success;
    }

    static string Describe(ImageUpdate update, bool isInitial) => update.Operation switch
    {
        ImageOperation.AddImage when update.Name.Length == 0 => "INITIAL list received",
        ImageOperation.AddImage => $"{(isInitial ? "INIT" : "ADD")}: {update.Name}",
        ImageOperation.DeleteImage => $"DELETE: {update.Name}",
        ImageOperation.MakeDirectory => $"{(isInitial ? "DIR" : "MKDIR")}: {update.Directory?.Name}",
        ImageOperation.DeleteDirectory => $"DELETE DIRECTORY: {update.Name}",
        _ => $"{update.Operation}: {update.Name}",
    };
}
