using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>Reads the extents of a file, each of which lies in its item, or in sectors that may be compressed.</summary>
/// <param name="isChecked">Whether the file's content has checksums.</param>
sealed class BtrfsExtents(BtrfsVolume volume, ulong inode, bool isChecked)
{
    const byte Inline = 0, Regular = 1, SetAside = 2;
    const int InlinePlace = 21, BufferSize = 1 << 20;

    /// <summary>Bytes. What is compressed is so in parts of 128 KiB.</summary>
    const int LongestCompressed = 1 << 20;

    byte[]? buffer;
    byte[] expanded = [];
    ulong expandedFrom;

    /// <param name="most">Bytes of the file from there on.</param>
    /// <param name="write">Gets the parts, and where they lie from the extent's beginning.</param>
    /// <returns>Bytes that it has in the file.</returns>
    /// <exception cref="DiskImageException">It is damaged.</exception>
    public long Read(ReadOnlyMemory<byte> item, long most, BtrfsInode.PartWriter write, Action<long> count)
    {
        var (expandedLength, compression, type) = (Little64(item.Span, 8), (BtrfsCompression)Byte(item.Span, 16), Byte(item.Span, 20));
        if (Little16(item.Span, 17) != 0 || Byte(item.Span, 19) != 0)
            throw new DiskImageException($"its file system has files that are encrypted or written in a way that is not known here (inode {inode})");
        if (type == Inline)
        {
            count(item.Length);
            var content = compression == BtrfsCompression.None ? item.Span[InlinePlace..] : Expand(compression, item.Span[InlinePlace..], expandedLength);
            write(content[..(int)Math.Min(content.Length, most)], 0);
            return content.Length;
        }
        var (address, length, offset, used) = (Little64(item.Span, 21), Little64(item.Span, 29), Little64(item.Span, 37), Little64(item.Span, 45));
        if (type is not (Regular or SetAside) || used > long.MaxValue / 4 || offset > long.MaxValue / 4 || (type == Regular && address != 0 && offset + used > expandedLength))
            throw Damaged($"an extent of inode {inode} has no sense");
        if (type == SetAside || address == 0)
            return (long)used;
        var left = Math.Min((long)used, most);
        if (compression == BtrfsCompression.None)
            Copy(address + offset, left, write, count);
        else
        {
            count(left);
            // Pieces of one extent follow each other when only parts of it were written over.
            if (expandedFrom != address)
                (expanded, expandedFrom) = (Expand(compression, ReadCompressed(address, length), expandedLength), address);
            write(Slice(expanded, (long)offset, left), 0);
        }
        return (long)used;
    }

    void Copy(ulong address, long length, BtrfsInode.PartWriter write, Action<long> count)
    {
        buffer ??= new byte[BufferSize];
        for (var done = 0L; done < length;)
        {
            var part = (int)Math.Min(buffer.Length, length - done);
            count(part);
            // Checksums are of whole sectors.
            var sectors = (part + volume.SectorSize - 1) / volume.SectorSize * volume.SectorSize;
            volume.ReadContent(address + (ulong)done, buffer.AsSpan(0, sectors), isChecked);
            write(buffer.AsSpan(0, part), done);
            done += part;
        }
    }

    byte[] ReadCompressed(ulong address, ulong length)
    {
        if (length > LongestCompressed)
            throw Damaged($"an extent of inode {inode} has {length} bytes");
        var bytes = new byte[length];
        volume.ReadContent(address, bytes, isChecked);
        return bytes;
    }

    byte[] Expand(BtrfsCompression compression, ReadOnlySpan<byte> bytes, ulong length)
    {
        if (length > LongestCompressed)
            throw Damaged($"an extent of inode {inode} has {length} bytes");
        var content = new byte[length];
        try
        {
            BtrfsDecompression.Expand(compression, bytes, content, volume.SectorSize);
            return content;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new DiskImageException($"its file system is damaged: an extent of inode {inode} cannot be decompressed", exception);
        }
    }
}
