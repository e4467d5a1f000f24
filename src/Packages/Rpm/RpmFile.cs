using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Packages.Rpm;

/// <summary>A file of a database, whose parts are read as they are needed.</summary>
sealed class RpmFile(FileStream stream) : IDisposable
{
    /// <summary>Bytes that a package's header may have: rpm allows no more.</summary>
    public const int LongestBlob = 256 << 20;

    /// <summary>Null where there is no regular file.</summary>
    public static RpmFile? TryOpen(DirectoryHandle root, string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        return root.StatInRoot(name) is { Kind: FileKind.Regular } ? new(root.OpenReadInRoot(name)) : null;
    }

    /// <summary>Bytes.</summary>
    public long Length { get; } = stream.Length;

    /// <exception cref="InvalidDataException">It reaches beyond the end.</exception>
    public byte[] Read(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new InvalidDataException($"its database is cut off: {length} bytes at {offset} are needed, and it ends at {Length}");
        var bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose() => stream.Dispose();
}
