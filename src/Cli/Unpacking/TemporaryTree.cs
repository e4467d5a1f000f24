using System.Text;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Output;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Cli.Unpacking;

/// <summary>An image unpacked for the time of a command. An ordinary user gets the files under their own ownership.</summary>
sealed class TemporaryTree : IDisposable
{
    const uint OwnerOnly = Permissions.OwnerDirectory;

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-");

    TemporaryTree()
    {
    }

    /// <summary>The root of the unpacked tree.</summary>
    public string Root => Path.Combine(directory.FullName, "root");

    /// <summary>An empty folder beside it.</summary>
    public string Scratch => Path.Combine(directory.FullName, "scratch");

    /// <exception cref="ImageSdk.Cli.Errors.CommandException">The image cannot be unpacked.</exception>
    public static Task<TemporaryTree> UnpackAsync(FoundImage found, CommandContext context) =>
        UnpackAsync(found.Tree, progress => context.FetcherFor(found, progress), context);

    /// <param name="objects">Brings the contents of the tree's files, and counts them.</param>
    /// <inheritdoc cref="UnpackAsync(FoundImage, CommandContext)"/>
    public static async Task<TemporaryTree> UnpackAsync(FileSystem whole, Func<TransferProgress, IObjectFetcher> objects, CommandContext context)
    {
        FileSystemValidator.Validate(whole);
        var unpacked = new TemporaryTree();
        try
        {
            Directory.CreateDirectory(unpacked.Root);
            Directory.CreateDirectory(unpacked.Scratch);
            var tree = context.Host.IsRoot ? whole : UnprivilegedTree.Of(whole).Tree;
            UnpackCheck.RequireSpace(tree, unpacked.Root);
            var progress = new TransferProgress();
            var unpacker = new ImageUnpacker(objects(progress), context.Cancellation) { IsValidated = true };
            await ProgressBar.RunAsync(
                context.Host, "Unpacking", (long)tree.TotalDataBytes, () => progress.ByteCount,
                () => unpacker.UnpackAsync(tree, unpacked.Root, context.Host.IsRoot));
            return unpacked;
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(directory.FullName)!);
        parent.SetPermissions(Encoding.UTF8.GetBytes(directory.Name), OwnerOnly);
        TreeRemover.Remove(parent, Encoding.UTF8.GetBytes(directory.Name));
    }
}
