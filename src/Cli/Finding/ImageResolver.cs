using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Subs;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Finding;

/// <summary>What is wanted of an image that is looked for.</summary>
/// <param name="WithTree">Without it the image may come without its file system.</param>
/// <param name="Timeout">How long to wait for an image that is not there yet.</param>
/// <param name="Filter">What to leave out of a directory tree that is scanned.</param>
/// <param name="Selection">What the newest image of a stream must be.</param>
sealed record ImageLookup(bool WithTree = true, TimeSpan Timeout = default, Filter? Filter = null, ImageSelection? Selection = null);

/// <summary>
/// Finds what a user means by an image: a full name, a stream's newest image, or a file; or with a type in front of it
/// (<c>d:</c> directory tree or tar file, <c>f:</c> file of a file system, <c>i:</c> image, <c>I:</c> stream, <c>l:</c>
/// image file, <c>s:</c> a machine that runs subd) just that. A project (.imgproj) means the image that it built, a NuGet package (.nupkg) the
/// one that it carries.
/// </summary>
sealed class ImageResolver(CommandContext context)
{
    const string FileExtension = ".image";

    IImageRepository Repository => context.Repository;

    /// <exception cref="CommandException">There is no such image, or it is damaged.</exception>
    public async Task<FoundImage> FindAsync(string specifier, ImageLookup lookup)
    {
        if (specifier is not [var type, ':', _, ..])
            return await FindUntypedAsync(specifier, lookup);
        var rest = specifier[2..];
        return type switch
        {
            'd' => await ScanAsync(rest, lookup),
            'f' => ReadTree(rest),
            'i' => await ReadAsync(rest, lookup) ?? throw Unknown(rest),
            'I' => await FindLatestAsync(rest, lookup),
            'l' => ReadFile(rest),
            's' => await PollAsync(rest),
            _ when IsPath(specifier) => ReadFile(specifier),
            _ => throw new CommandException(
                ErrorCode.BadSpecifier, $"there is no type of image \"{type}:\" here: use d: (directory or tar file), f:, i:, I:, l: or s:, or i:{specifier} for a name"),
        };
    }

    async Task<FoundImage> FindUntypedAsync(string reference, ImageLookup lookup)
    {
        if (ProjectImage.IsProject(reference))
            return ReadFile(await ProjectImage.FindAsync(reference, context.Host.GetVariable, context.Cancellation));
        if (PackagedImage.IsPackage(reference))
            return PackagedImage.Read(reference);
        if (IsPath(reference))
            return ReadFile(reference);
        var name = reference.TrimEnd('/');
        if (ImageName.FindFault(name) is { } fault)
            throw new CommandException(ErrorCode.UnknownImage, $"\"{reference}\" cannot be the name of an image: {fault}");
        // A file in the working directory helps where there is no store at all.
        if (Repository is StoreRepository && !Directory.Exists(Repository.Place) && File.Exists(reference))
            return ReadFile(reference);
        if (Repository is StoreRepository && !Directory.Exists(Repository.Place))
            _ = context.Images;
        if (await ReadAsync(name, lookup) is { } found)
            return found;
        if (await Repository.DirectoryExistsAsync(name, context.Cancellation))
            return await FindLatestAsync(name, lookup);
        return File.Exists(reference) ? ReadFile(reference) : throw Unknown(reference);
    }

    async Task<FoundImage?> ReadAsync(string name, ImageLookup lookup)
    {
        try
        {
            return await Repository.GetAsync(name, new(lookup.WithTree, lookup.Timeout), context.Cancellation) is { } image
                ? new(name, image, false) : null;
        }
        catch (ImageFileException exception)
        {
            throw new CommandException(
                ErrorCode.DamagedImage, $"the image {name} is damaged: {exception.Message}: build and publish it again", exception);
        }
    }

    async Task<FoundImage> FindLatestAsync(string stream, ImageLookup lookup)
    {
        // Between the search and the reading the newest may be deleted: then there is another one.
        while (await Repository.FindLatestAsync(stream, lookup.Selection ?? new(), context.Cancellation) is { } latest)
        {
            if (await ReadAsync(latest, lookup) is { } newest)
                return newest;
        }
        throw new CommandException(
            ErrorCode.UnknownImage, $"the stream {stream} has no image of its own: see {CommandHost.ToolName} list {stream}");
    }

    async Task<FoundImage> ScanAsync(string path, ImageLookup lookup)
    {
        var source = TreeSource.Open(path, lookup.Filter);
        context.KeepUntilEnd(source);
        var tree = await source.ReadAsync(null, context.Cancellation);
        return new(path, new Image { FileSystem = tree, Filter = lookup.Filter }, true) { Objects = source.Objects };
    }

    async Task<FoundImage> PollAsync(string name)
    {
        var sub = await Sub.PollAsync("s:", name, context);
        return new(name, new Image { FileSystem = sub.Tree }, true) { Objects = new SubFiles(sub, context.Cancellation) };
    }

    static FoundImage ReadFile(string path) => Read(path, stream => ImageFile.Read(stream), "image");

    static FoundImage ReadTree(string path) => Read(
        path, stream => new Image { FileSystem = BareGob.ReadFileSystem(stream) }, "file-system");

    static FoundImage Read(string path, Func<Stream, Image> read, string kind)
    {
        try
        {
            using var stream = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 17, Options = FileOptions.SequentialScan });
            return new(path, read(stream), true);
        }
        catch (ImageFileException exception)
        {
            throw new CommandException(ErrorCode.DamagedImage, $"{path} is no readable {kind} file: {exception.Message}: build it again", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ErrorCode.UnknownImage, $"there is no {kind} file {path}: build the project first", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new CommandException(
                ErrorCode.AccessDenied, Directory.Exists(path) ? $"{path} is a directory: name an {kind} file in it" : $"{path} may not be read", exception);
        }
    }

    // No name in a store starts with a slash or a dot.
    static bool IsPath(string reference) =>
        reference.StartsWith('/') || reference.StartsWith("./", StringComparison.Ordinal) ||
        reference.StartsWith("../", StringComparison.Ordinal) || reference.EndsWith(FileExtension, StringComparison.Ordinal);

    CommandException Unknown(string reference) => new(
        ErrorCode.UnknownImage, $"there is no image, stream or image file {reference} in {Repository.Place}: see {CommandHost.ToolName} list");
}
