using ImageSdk.DiskImages.Blocks;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>A part of a file's content that lies on the disk as it is. What is in no piece is zeros.</summary>
/// <param name="Offset">In the content, in bytes.</param>
/// <param name="Length">Bytes; the last piece may reach beyond the content's end.</param>
/// <param name="Place">Byte of the volume.</param>
readonly record struct ContentPiece(long Offset, long Length, long Place)
{
    const int BufferSize = 1 << 20;

    /// <summary>Copies a content into a file that has its length and zeros everywhere.</summary>
    /// <param name="size">Bytes of the content.</param>
    /// <param name="count">As with <see cref="ISourceNode.Describe"/>.</param>
    public static void Write(IBlocks blocks, IEnumerable<ContentPiece> pieces, long size, SafeFileHandle file, Action<long> count)
    {
        byte[]? buffer = null;
        foreach (var (offset, length, place) in pieces)
            for (var done = 0L; done < length && offset + done < size;)
            {
                buffer ??= new byte[(int)Math.Min(BufferSize, size)];
                var part = buffer.AsSpan(0, (int)Math.Min(Math.Min(buffer.Length, length - done), size - offset - done));
                count(part.Length);
                blocks.Read(place + done, part);
                RandomAccess.Write(file, part, offset + done);
                done += part.Length;
            }
    }

    /// <summary>Reads a small content.</summary>
    public static byte[] ReadWhole(IBlocks blocks, IEnumerable<ContentPiece> pieces, int size)
    {
        var content = new byte[size];
        foreach (var (offset, length, place) in pieces)
            if (offset < size)
                blocks.Read(place, content.AsSpan((int)offset, (int)Math.Min(length, size - offset)));
        return content;
    }
}
