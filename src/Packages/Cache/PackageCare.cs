using System.Security.Cryptography;
using ImageSdk.Contracts.Messages;
using ImageSdk.Layers;

namespace ImageSdk.Packages.Cache;

/// <summary>The packages of the build cache from outside of builds.</summary>
sealed class PackageCare(LayerStore layers)
{
    readonly PackageStore store = new(layers);

    public IEnumerable<CachedLayer> List() => Digests().Select(digest =>
    {
        var record = PackageRecord.TryRead(store.AboutFile(digest));
        DateTimeOffset made = Directory.GetLastWriteTimeUtc(store.DirectoryOf(digest));
        var used = File.Exists(store.UsedFile(digest)) ? File.GetLastWriteTimeUtc(store.UsedFile(digest)) : made;
        return new CachedLayer(digest, "", (ulong)(record?.Size ?? 0), 1, made, used, FindFault(digest, content: false))
        {
            Kind = CachedKind.Package, Title = record?.Title ?? digest,
        };
    });

    /// <param name="content">Whether packages are read and their digests compared.</param>
    public IEnumerable<LayerFault> FindFaults(bool content) =>
        from digest in Digests()
        let reason = FindFault(digest, content)
        where reason is not null
        select new LayerFault(digest, reason) { Kind = CachedKind.Package };

    string? FindFault(string digest, bool content)
    {
        try
        {
            if (PackageRecord.TryRead(store.AboutFile(digest)) is not { } record)
                return "nothing says what it is";
            if (Directory.GetFiles(store.DirectoryOf(digest), "*.deb") is not [var file])
                return "it has no package";
            using var stream = File.OpenRead(file);
            return stream.Length != record.Size ? $"it has {stream.Length} bytes instead of {record.Size}"
                : content && Convert.ToHexStringLower(SHA256.HashData(stream)) != record.Sha256 ? "it has another content"
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    IEnumerable<string> Digests() => Directory.Exists(store.PackagesDirectory)
        ? Directory.EnumerateDirectories(store.PackagesDirectory).Select(directory => Path.GetFileName(directory))
        : [];
}
