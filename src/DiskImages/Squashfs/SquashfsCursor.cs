using static ImageSdk.DiskImages.Squashfs.SquashfsImage;

namespace ImageSdk.DiskImages.Squashfs;

/// <summary>Reads metadata forward, over the ends of blocks.</summary>
sealed class SquashfsCursor
{
    readonly SquashfsImage image;
    readonly byte[] buffer = new byte[16];
    byte[] content;
    long next;
    int offset;

    /// <param name="table">Where the table begins.</param>
    /// <param name="reference">The block's place in the table, times 2^16, and the byte in it.</param>
    /// <exception cref="DiskImageException">There is no such place.</exception>
    public SquashfsCursor(SquashfsImage image, ulong table, ulong reference)
    {
        this.image = image;
        var place = table + (reference >> 16);
        if (place > long.MaxValue || place < table)
            throw Damaged($"there is no metadata at {place}");
        (content, next) = image.ReadMetadata((long)place);
        offset = (int)(reference & 0xFFFF);
        if (offset > content.Length)
            throw Damaged("a reference leads behind its block");
    }

    public ushort Half() => SquashfsImage.Half(Take(2), 0);

    public uint Word() => SquashfsImage.Word(Take(4), 0);

    public ulong Long() => SquashfsImage.Long(Take(8), 0);

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    ReadOnlySpan<byte> Take(int length)
    {
        var span = buffer.AsSpan(0, length);
        Fill(span);
        return span;
    }

    void Fill(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (offset == content.Length)
            {
                (content, next) = image.ReadMetadata(next);
                offset = 0;
                if (content.Length == 0)
                    throw Damaged("a block of metadata is empty");
            }
            var count = Math.Min(bytes.Length, content.Length - offset);
            content.AsSpan(offset, count).CopyTo(bytes);
            offset += count;
            bytes = bytes[count..];
        }
    }
}
