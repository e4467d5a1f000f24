using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Stores;

/// <summary>Finds what a user means by an image: its full name, a stream's newest one, or a file.</summary>
sealed class ImageFinder(CommandContext context)
{
    const string FileExtension = ".image";

    /// <exception cref="CommandException">There is no such image, or it is damaged.</exception>
    public FoundImage Find(string reference)
    {
        if (IsPath(reference))
            return ReadFile(reference);
        if (ImageName.FindFault(reference.TrimEnd('/')) is { } fault)
            throw new CommandException(ErrorCode.UnknownImage, $"\"{reference}\" cannot be the name of an image: {fault}");
        // A file in the working directory helps where there is no store at all.
        if (!Directory.Exists(context.Location.Images) && File.Exists(reference))
            return ReadFile(reference);
        return FindInStore(context.Images, reference.TrimEnd('/')) ??
            (File.Exists(reference) ? ReadFile(reference) : throw Unknown(reference));
    }

    FoundImage? FindInStore(ImageStore images, string name)
    {
        if (ReadStored(images, name) is { } image)
            return new(name, image, false);
        if (!images.DirectoryExists(name))
            return null;
        // Between the search and the reading the newest may be deleted: then there is another one.
        while (images.FindLatest(name) is { } latest)
        {
            if (ReadStored(images, latest) is { } newest)
                return new(latest, newest, false);
        }
        throw new CommandException(
            ErrorCode.UnknownImage, $"the stream {name} has no image of its own: see {CommandLineTool.Name} list {name}");
    }

    static Image? ReadStored(ImageStore images, string name)
    {
        try
        {
            return images.Get(name);
        }
        catch (ImageFileException exception)
        {
            throw new CommandException(
                ErrorCode.DamagedImage, $"the image {name} is damaged: {exception.Message}: build and publish it again", exception);
        }
    }

    static FoundImage ReadFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 17, Options = FileOptions.SequentialScan });
            return new(path, ImageFile.Read(stream), true);
        }
        catch (ImageFileException exception)
        {
            throw new CommandException(ErrorCode.DamagedImage, $"{path} is no readable image file: {exception.Message}: build it again", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ErrorCode.UnknownImage, $"there is no image file {path}: build the project first", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandException(
                ErrorCode.AccessDenied, Directory.Exists(path) ? $"{path} is a directory: name an image file in it" : $"{path} may not be read", exception);
        }
    }

    // No name in a store starts with a slash or a dot.
    static bool IsPath(string reference) =>
        reference.StartsWith('/') || reference.StartsWith("./", StringComparison.Ordinal) ||
        reference.StartsWith("../", StringComparison.Ordinal) || reference.EndsWith(FileExtension, StringComparison.Ordinal);

    CommandException Unknown(string reference) => new(
        ErrorCode.UnknownImage, $"there is no image, stream or image file {reference} in {context.Location.Images}: see {CommandLineTool.Name} list");
}
