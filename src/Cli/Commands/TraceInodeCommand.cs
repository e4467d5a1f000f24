using System.CommandLine;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk trace-inode-history: in which of the images that an image was built on a path changed, and where it came from.</summary>
sealed class TraceInodeCommand : ImageCommand
{
    readonly Argument<string> image = ImageArgument();
    readonly Argument<string> path = new("PATH") { Description = "A path in the image, from its root" };

    public TraceInodeCommand() : base("trace-inode-history", "Show in which source images a path changed")
    {
        Add(image);
        Add(path);
    }

    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        ByteString wanted = arguments.GetRequiredValue(path);
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        if (found.Image.SourceImage.Length == 0)
            throw new CommandException(ErrorCode.NothingFound, $"image: {found.Name} has no source: history cannot be traced");
        if (!found.Tree.Index.TryFind(wanted, out var entry))
            throw new CommandException(ErrorCode.NotInImage, $"path: \"{wanted}\" not present in image");
        while (true)
        {
            var source = found.Image.SourceImage.Length == 0 ? null : await context.FindAsync($"i:{found.Image.SourceImage}");
            if (source is null || !source.Tree.Index.TryFind(wanted, out var before))
            {
                Write(context, "Inode originated in", found, entry);
                return ExitCode.Success;
            }
            if (!IsSame(entry.Inode, before.Inode))
                Write(context, "Inode changed in", found, entry);
            (found, entry) = (source, before);
        }
    }

    static bool IsSame(Inode left, Inode right) => left is DirectoryInode mine && right is DirectoryInode theirs
        ? mine with { Entries = theirs.Entries } == theirs
        : left == right;

    static void Write(CommandContext context, string what, FoundImage found, FileSystemEntry entry)
    {
        context.Host.Text.WriteLine($"{what}: {found.Name}");
        var line = new Listing().FormatLine(entry, found.Tree.Index.CountLinks(entry));
        context.Host.WriteBytes(output => output.Write(line.Span));
    }
}
