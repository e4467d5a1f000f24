using ImageSdk.DiskImages.Volumes;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>Reads the extents of a fork: a list in the inode, or a tree whose root is there.</summary>
sealed class XfsExtents(XfsVolume volume, ulong inode)
{
    const int RecordLength = 16, PairLength = 16, RootHeader = 4, MostLevels = 16;
    const uint Magic = 0x424D_4150, MagicWithChecksum = 0x424D_4133;

    long reached;

    /// <summary>Pieces that have been written, in order. What was only set aside is zeros, and so is no piece.</summary>
    /// <param name="count">As the inode has it.</param>
    /// <exception cref="DiskImageException">It is damaged.</exception>
    public IEnumerable<ContentPiece> ReadList(ReadOnlyMemory<byte> fork, ulong count)
    {
        if (count > (ulong)(fork.Length / RecordLength))
            throw Damaged($"inode {inode} has {count} extents in a list of {fork.Length} bytes");
        return ReadRecords(fork[..((int)count * RecordLength)]);
    }

    /// <inheritdoc cref="ReadList"/>
    public IEnumerable<ContentPiece> ReadTree(ReadOnlyMemory<byte> fork)
    {
        var (level, count) = (Big16(fork.Span, 0), Big16(fork.Span, 2));
        var most = (fork.Length - RootHeader) / PairLength;
        if (level is 0 or > MostLevels || count == 0 || count > most)
            throw Damaged($"the tree of extents of inode {inode} has no sense");
        return Enumerable.Range(0, count).SelectMany(index => ReadBlock(Big64(fork.Span, RootHeader + most * sizeof(ulong) + index * sizeof(ulong)), level - 1));
    }

    IEnumerable<ContentPiece> ReadBlock(ulong block, int level)
    {
        var bytes = volume.ReadStructure(volume.PlaceOf(block, 1), volume.BlockSize, XfsHeader.Extents, inode);
        var header = volume.HasChecksums ? 72 : 24;
        var (count, most) = (Big16(bytes, 6), (bytes.Length - header) / PairLength);
        // Levels fall, and no block is without records: a tree that leads into itself ends with extents out of order.
        if (Big32(bytes, 0) != (volume.HasChecksums ? MagicWithChecksum : Magic) || Big16(bytes, 4) != level || count == 0 || count > most)
            throw Damaged($"the tree of extents of inode {inode} has no sense");
        return level == 0
            ? ReadRecords(bytes.AsMemory(header, count * RecordLength))
            : Enumerable.Range(0, count).SelectMany(index => ReadBlock(Big64(bytes, header + most * sizeof(ulong) + index * sizeof(ulong)), level - 1));
    }

    // 1 bit: not written yet; 54 bits: the offset; 52 bits: the block; 21 bits: how many.
    IEnumerable<ContentPiece> ReadRecords(ReadOnlyMemory<byte> records)
    {
        for (var i = 0; i < records.Length; i += RecordLength)
        {
            var (high, low) = (Big64(records.Span, i), Big64(records.Span, i + 8));
            var (offset, block, count) = (high << 1 >> 10, (high & 0x1FF) << 43 | low >> 21, low & 0x1F_FFFF);
            if (count == 0 || (long)offset < reached || offset > long.MaxValue / (ulong)volume.BlockSize - count)
                throw Damaged($"the extents of inode {inode} are out of order");
            reached = (long)(offset + count);
            var place = volume.PlaceOf(block, count);
            if (high >> 63 == 0)
                yield return new((long)offset * volume.BlockSize, (long)count * volume.BlockSize, place);
        }
    }
}
