using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Output;
using ImageSdk.Cli.Repositories;
using ImageSdk.Cli.Views;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Trees.Scanning;

namespace ImageSdk.Cli.Adding;

/// <summary>Adds an image of something that was scanned: objects first, while it is scanned, then the image.</summary>
sealed class ImageAdder(CommandContext context)
{
    readonly TransferProgress progress = new();
    readonly ExtraObjects extra = new();
    readonly Dictionary<ObjectHash, ulong> fromTrees = [];

    IImageRepository Repository => context.Repository;

    /// <exception cref="CommandException">There is such an image.</exception>
    public async Task RequireNewAsync(string name)
    {
        if (ImageName.FindFault(name) is { } fault)
            throw new CommandException(ErrorCode.UnknownImage, $"\"{name}\" cannot be the name of an image: {fault}");
        if (await Repository.ExistsAsync(name, context.Cancellation))
            throw new CommandException(ErrorCode.ImageExists, $"image exists: {name}: choose another name, or delete it first");
    }

    /// <summary>A text that goes along with the image: a file's content, or else a URL. Null for null.</summary>
    public Annotation? Annotate(string? fileOrUrl)
    {
        if (fileOrUrl is null)
            return null;
        if (!File.Exists(fileOrUrl))
            return new Annotation(null, fileOrUrl);
        var content = File.ReadAllBytes(fileOrUrl);
        if (content.Length == 0)
            throw new CommandException(ErrorCode.BadInputFile, $"{fileOrUrl}: zero length object cannot be added: leave it away");
        return new Annotation(extra.Add(content));
    }

    /// <summary>Takes the contents of a tree's files from there; files of other trees are where the image goes already.</summary>
    public void Use(IObjectSource objects, FileSystem tree)
    {
        extra.Fallback = new FirstOf(objects, extra.Fallback);
        foreach (var file in tree.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0))
            fromTrees[file.Hash] = file.Size;
    }

    /// <summary>Scans and sends at the same time.</summary>
    /// <param name="source">The tree.</param>
    /// <param name="complete">Makes the image of what was scanned, and checks it.</param>
    public async Task AddAsync(string name, TreeSource source, Func<FileSystem, Image> complete)
    {
        extra.Fallback = source.Objects;
        await using var receiver = Repository.Receiver(extra, progress, context.Cancellation);
        var tree = await ProgressBar.RunAsync(
            context.Host, "Adding", 0, () => progress.ByteCount, async () =>
            {
                var read = await ScanAsync(source, receiver);
                await OfferExtraAsync(receiver);
                return read;
            });
        var image = complete(tree);
        FileSystemValidator.Validate(image.FileSystem!);
        await receiver.FinishAsync();
        await AddToRepositoryAsync(name, image);
    }

    /// <summary>Adds an image whose files are where it goes already.</summary>
    public Task AddAsync(string name, Image image) => AddAsync(name, image, null, _ => Task.CompletedTask);

    /// <summary>Adds an image whose files are offered by another.</summary>
    /// <param name="source">To read them again, should that be necessary; null where there is nothing to offer.</param>
    public async Task AddAsync(string name, Image image, IObjectSource? source, Func<IObjectReceiver, Task> offer)
    {
        FileSystemValidator.Validate(image.FileSystem!);
        extra.Fallback = source ?? extra.Fallback;
        await using var receiver = Repository.Receiver(extra, progress, context.Cancellation);
        await ProgressBar.RunAsync(context.Host, "Adding", 0, () => progress.ByteCount, async () =>
        {
            await offer(receiver);
            await OfferExtraAsync(receiver);
            await receiver.FinishAsync();
        });
        await AddToRepositoryAsync(name, image);
    }

    /// <summary>Checks what the original's tool checks before it adds: only the server's own checks follow.</summary>
    /// <exception cref="CommandException">A path is missing.</exception>
    public static void Check(Image image, RequiredPaths required)
    {
        if (image.Filter is not null && required.FindFault(image.FileSystem!) is { } fault)
            throw new CommandException(ErrorCode.MissingRequiredPath, $"VerifyRequiredPaths(): {fault}: complete the tree, or say with --required-paths what it needs");
    }

    async Task AddToRepositoryAsync(string name, Image image)
    {
        await Repository.AddAsync(name, image, extra, context.Cancellation);
        if (Repository is ServerRepository server && await AttributeLoss.CountAsync(server.Connections, name, image, context.Cancellation) is > 0 and var lost)
            context.Warn(ErrorCode.AttributesLost, $"{server.Place} does not keep extended attributes: {ImageText.Count(lost, "path")} of {name} lost theirs (file capabilities, ACLs, labels)");
    }

    async Task<FileSystem> ScanAsync(TreeSource source, IObjectReceiver receiver)
    {
        try
        {
            return await source.ReadAsync(receiver.OfferAsync, context.Cancellation);
        }
        catch (ImageFormatException exception)
        {
            throw new CommandException(ErrorCode.ScanFailed, $"this cannot be an image: {exception.Message}", exception);
        }
    }

    async Task OfferExtraAsync(IObjectReceiver receiver)
    {
        OfferedObject[] offers = [.. extra.Offers, .. fromTrees.Select(file => new OfferedObject(file.Key, file.Value))];
        if (offers.Length > 0)
            await receiver.OfferAsync(new OfferedBatch(offers));
    }
}
