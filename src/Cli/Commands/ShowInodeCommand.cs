using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Options;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk show-inode: the line of one path.</summary>
sealed class ShowInodeCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> path = new("PATH") { Description = "A path in the image, from its root" };
    readonly ListingOptions listing = new();

    public ShowInodeCommand() : base("show-inode", "Show one path of an image")
    {
        Add(image);
        Add(path);
        listing.AddTo(this);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        ByteString wanted = arguments.GetRequiredValue(path);
        var (inode, links) = await AskAsync(arguments.GetRequiredValue(image), wanted, context) ??
            throw new CommandException(ErrorCode.NotInImage, $"path: \"{wanted}\" not present in image");
        var entry = new FileSystemEntry(wanted, 1, inode);
        if (context.IsJson)
            context.Host.WriteJson(json => json.WriteEntry(entry, links));
        else
            context.Host.WriteBytes(output => output.Write(listing.Read(arguments).FormatLine(entry, links).Span));
        return ExitCode.Success;
    }

    // A server can answer without sending the whole tree.
    static async Task<(Inode Inode, int Links)?> AskAsync(string specifier, ByteString path, CommandContext context)
    {
        var name = specifier.StartsWith("i:", StringComparison.Ordinal) ? specifier[2..] : specifier;
        if (context.Repository is ServerRepository server && (specifier is not [_, ':', _, ..] || name != specifier) && ImageName.FindFault(name) is null
            && await TryAskAsync(server, name, path, context) is { } answer)
            return answer;
        var found = await context.FindAsync(specifier);
        return found.Tree.Index.TryFind(path, out var entry) ? (entry.Inode, found.Tree.Index.CountLinks(entry)) : null;
    }

    static async Task<(Inode Inode, int Links)?> TryAskAsync(ServerRepository server, string name, ByteString path, CommandContext context)
    {
        try
        {
            return await server.FindInodeAsync(name, path, context.Cancellation);
        }
        catch (Exception exception) when (exception is CommandException or SrpcException { IsFromServer: true })
        {
            // A stream, or a server that does not know the question.
            return null;
        }
    }
}
