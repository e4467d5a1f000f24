using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Finding;

/// <summary>A regular file of an image.</summary>
sealed class FileInImage
{
    readonly FoundImage found;
    readonly RegularInode file;

    /// <exception cref="CommandException">There is no such file.</exception>
    public FileInImage(FoundImage found, ByteString path)
    {
        this.found = found;
        file = found.Tree.Index.Find(path) switch
        {
            RegularInode regular => regular,
            null => throw new CommandException(ErrorCode.NotInImage, $"file: \"{path}\" not present in image: {found.Name}"),
            _ => throw new CommandException(ErrorCode.NotInImage, $"file: \"{path}\" is not a regular file in image: {found.Name}"),
        };
    }

    public void CopyTo(Stream output, CommandContext context)
    {
        if (file.Size == 0)
            return;
        using var content = context.ObjectsOf(found).OpenRead(file.Hash);
        content.CopyTo(output);
    }
}
