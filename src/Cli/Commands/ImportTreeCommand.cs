using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Options;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk import-fs-tree: an image of a tree that the server fetches by HTTP.</summary>
sealed class ImportTreeCommand : ImageCommand
{
    readonly Argument<string> directory = new("DIR") { Description = "The directory of images that gets it" };
    readonly Argument<string> url = new("URL") { Description = "The tree: …/tree/HASH" };
    readonly ExpiryOption expiry = new();

    public ImportTreeCommand() : base("import-fs-tree", "Have an image server make an image of a tree that it fetches")
    {
        Add(directory);
        Add(url);
        expiry.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var expiresAt = expiry.Read(arguments) ?? throw new CommandException(ErrorCode.BadExpiry, "must specify an expiry time: give --expires-in");
        var reply = await context.Server.AskAsync(
            images => images.ImportTreeAsync(arguments.GetRequiredValue(directory), arguments.GetRequiredValue(url), expiresAt, context.Cancellation),
            context.Cancellation);
        WriteLine(reply.TreeObjectsAdded, reply.TreeBytesAdded, "tree", reply.TreesDownloadTime);
        WriteLine(reply.FileObjectsAdded, reply.FileBytesAdded, "data", reply.FilesDownloadTime);
        context.Host.Text.WriteLine(OneLine.Of(reply.ImageName));
        return ExitCode.Success;

        void WriteLine(ulong objects, ulong bytes, string kind, TimeSpan time) => context.Host.Error.WriteLine(
            $"Imported {objects} ({HumanSize.Format(bytes)}) new {kind} objects in: {HumanDuration.Format(time)} ({HumanSpeed.Format(bytes, time)})");
    }
}
