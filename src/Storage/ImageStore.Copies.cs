using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>Files as they are, for those who copy a store.</summary>
public sealed partial class ImageStore
{
    /// <summary>Names of all files that are images or deleted images, expired and damaged ones among them, in version order.</summary>
    public IReadOnlyList<string> ListNames() => [.. directories.ListFiles(null).Select(found => found.Name).Order(VersionOrder.Instance)];

    /// <summary>The bytes of an image's file, of none for a deleted image; null where there is no such file.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[]? ReadBytes(string name)
    {
        try
        {
            return File.ReadAllBytes(FileOf(name).FullName);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the file of that name has these bytes.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public bool HasBytes(string name, ReadOnlySpan<byte> bytes)
    {
        var file = FileOf(name);
        if (!file.Exists || file.Length != bytes.Length)
            return false;
        // An image ends with its checksum.
        return bytes.Length == 0 || bytes.EndsWith(ReadChecksum(file));
    }

    /// <summary>Puts the bytes of another store's file in place, over what has the name, in one step: an image whose objects are there, or a deleted one.</summary>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="StoreException">There is a directory of that name.</exception>
    public void WriteBytes(string name, ReadOnlySpan<byte> bytes)
    {
        var file = FileOf(name);
        using var storeLock = TakeLock();
        if (System.IO.Directory.Exists(file.FullName))
            throw new StoreException($"image: {name} is a directory");
        directories.Make(ImageName.GetDirectory(name));
        using var temporary = new TemporaryFile(HiddenPath(file), ImageMode);
        temporary.Write(bytes);
        temporary.Close(toDisk: true);
        temporary.MoveTo(file.FullName);
        DirectoryHandle.Synchronize(file.DirectoryName!);
        headers.Forget(name);
    }
}
