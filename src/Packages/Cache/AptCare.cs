using ImageSdk.Contracts.Messages;
using ImageSdk.Layers;

namespace ImageSdk.Packages.Cache;

/// <summary>The package lists of the build cache from outside of builds.</summary>
static class AptCare
{
    public static IEnumerable<CachedLayer> List(LayerStore store)
    {
        var root = AptDirectory.RootOf(store);
        return Directory.Exists(root) ? Directory.EnumerateDirectories(root).Select(Read) : [];
    }

    static CachedLayer Read(string path)
    {
        var directory = new AptDirectory(path);
        var files = new DirectoryInfo(path).GetFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true });
        DateTimeOffset made = Directory.GetCreationTimeUtc(path);
        var used = File.Exists(directory.UsedFile) ? File.GetLastWriteTimeUtc(directory.UsedFile) : made;
        return new CachedLayer(Path.GetFileName(path), "", (ulong)files.Sum(file => file.Length), files.Length, made, used, null)
        {
            Kind = CachedKind.PackageLists, Title = Path.GetFileName(path),
        };
    }
}
