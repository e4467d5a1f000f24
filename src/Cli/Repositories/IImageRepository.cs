using ImageSdk.Building.Manifests;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Repositories;

/// <summary>Images and their objects, wherever they are kept.</summary>
interface IImageRepository : IAsyncDisposable
{
    /// <summary>For messages: a directory, or host and port.</summary>
    string Place { get; }

    /// <summary>Names in version order.</summary>
    Task<IReadOnlyList<string>> ListAsync(ImageSelection selection, CancellationToken cancellation);

    /// <summary>Directories in version order of their names; "." is the root.</summary>
    Task<IReadOnlyList<ImageDirectory>> ListDirectoriesAsync(CancellationToken cancellation);

    Task<bool> ExistsAsync(string name, CancellationToken cancellation);

    Task<bool> DirectoryExistsAsync(string name, CancellationToken cancellation);

    /// <summary>The newest image directly in a directory; null where none fits.</summary>
    Task<string?> FindLatestAsync(string directory, ImageSelection selection, CancellationToken cancellation);

    /// <summary>Null where there is no such image.</summary>
    Task<Image?> GetAsync(string name, ImageQuery query, CancellationToken cancellation);

    /// <summary>The name that this image has here, with its place, is left to the caller: only what a listing line needs.</summary>
    /// <returns>Null where the image has no such path.</returns>
    Task<(Inode Inode, int Links)?> FindInodeAsync(string name, ByteString path, CancellationToken cancellation);

    /// <summary>Null for an image that does not expire.</summary>
    Task<DateTimeOffset?> GetExpirationAsync(string name, CancellationToken cancellation);

    Task ChangeExpirationAsync(string name, DateTimeOffset? expiresAt, CancellationToken cancellation);

    Task DeleteAsync(string name, CancellationToken cancellation);

    Task MakeDirectoryAsync(string name, bool withParents, CancellationToken cancellation);

    Task DeleteDirectoryAsync(string name, CancellationToken cancellation);

    Task ChangeOwnerAsync(string directory, string group, CancellationToken cancellation);

    /// <summary>Contents of objects, one by one.</summary>
    IObjectSource Objects { get; }

    /// <summary>Contents of many objects.</summary>
    /// <param name="letServerCompare">Whether to rely on a server that compares them with their hashes.</param>
    IObjectFetcher Fetcher(TransferProgress progress, bool letServerCompare = false);

    /// <summary>Those of some objects that are not here; all of them where the caller may not ask.</summary>
    Task<IReadOnlyList<WantedObject>> FindMissingAsync(IReadOnlyList<WantedObject> objects, CancellationToken cancellation);

    /// <summary>Takes objects before their image.</summary>
    /// <param name="source">To read them again, should that be necessary.</param>
    IObjectReceiver Receiver(IObjectSource source, TransferProgress progress, CancellationToken cancellation);

    /// <summary>Adds an image whose objects have just been received.</summary>
    Task AddAsync(string name, Image image, IObjectSource source, CancellationToken cancellation);

    /// <summary>The objects that no image needs.</summary>
    Task<IReadOnlyList<WantedObject>> ListUnreferencedAsync(CancellationToken cancellation);

    Task DeleteUnreferencedAsync(byte percentage, ulong bytes, CancellationToken cancellation);

    Task<ObjectStatistics> GetStatisticsAsync(IReadOnlyList<string> names, CancellationToken cancellation);

    /// <summary>An archive of an image: gob and a signature.</summary>
    Task<byte[]> GetArchiveAsync(string name, CancellationToken cancellation);

    /// <summary>Restores an image whose objects are there.</summary>
    Task RestoreAsync(byte[] archive, ImageArchive content, DateTimeOffset? expiresAt, CancellationToken cancellation);
}

/// <summary>Which images are meant.</summary>
/// <param name="Directory">Those below it; with a slash at its end those directly in it; empty for all.</param>
/// <param name="BuildCommitId">A commit or a branch; empty for any. Only the search for the latest looks at it.</param>
sealed record ImageSelection(string Directory = "", bool IgnoreExpiring = false, TagMatcher? Tags = null, string BuildCommitId = "");

/// <summary>What is wanted of an image.</summary>
/// <param name="WithTree">Without it the image may come without its file system.</param>
/// <param name="Timeout">How long to wait for an image that is not there yet.</param>
sealed record ImageQuery(bool WithTree = true, TimeSpan Timeout = default);

/// <summary>What images share.</summary>
sealed record ObjectStatistics(ulong Images, ulong Files, ulong FileBytes, ulong Objects, ulong ObjectBytes, TimeSpan Time);
