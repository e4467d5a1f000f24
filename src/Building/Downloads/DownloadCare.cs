using ImageSdk.Contracts.Messages;
using ImageSdk.Layers;

namespace ImageSdk.Building.Downloads;

/// <summary>The downloads of the build cache from outside of builds.</summary>
sealed class DownloadCare(LayerStore layers)
{
    readonly DownloadStore store = new(layers);

    public IEnumerable<CachedLayer> List() => Directories().Select(directory =>
    {
        var files = directory.GetFiles();
        DateTimeOffset used = directory.LastWriteTimeUtc;
        return new CachedLayer(directory.Name, "", (ulong)files.Sum(file => file.Length), files.Length, directory.CreationTimeUtc, used, FindFault(directory, content: false))
        {
            Kind = CachedKind.Download, Title = ContentOf(directory) is not null && files is [var file] ? file.Name : directory.Name,
        };
    });

    /// <param name="content">Whether files are read and their digests compared.</param>
    public IEnumerable<LayerFault> FindFaults(bool content) =>
        from directory in Directories()
        let reason = FindFault(directory, content)
        where reason is not null
        select new LayerFault(directory.Name, reason) { Kind = CachedKind.Download };

    static string? FindFault(DirectoryInfo directory, bool content)
    {
        if (ContentOf(directory) is not { } digest)
            return null;
        try
        {
            return directory.GetFiles() is not [var file] ? "it has no file"
                : content && ContentDigest.OfAsync(file.FullName, digest.Algorithm, CancellationToken.None).GetAwaiter().GetResult() != digest ? "it has another content"
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>By which content a directory is called; null for one that is not whole, and for what is known of an address.</summary>
    static ContentDigest? ContentOf(DirectoryInfo directory) => ContentDigest.TryParse(directory.Name.Replace('-', ':'));

    IEnumerable<DirectoryInfo> Directories() => Directory.Exists(store.Root) ? new DirectoryInfo(store.Root).EnumerateDirectories() : [];
}
