using static ImageSdk.DiskImages.Ext4.Ext4Volume;

namespace ImageSdk.DiskImages.Ext4;

/// <summary>The tree of extents of a file.</summary>
sealed class Ext4Extents(Ext4Volume volume, uint inode)
{
    const ushort Magic = 0xF30A;
    const int HeaderLength = 12, EntryLength = 12, DeepestTree = 5;

    // A longer extent is one that was reserved and never written: it reads as zeros.
    const int LongestWritten = 32_768;

    public IEnumerable<Ext4Piece> Read(ReadOnlyMemory<byte> root) => Read(root, DepthOf(root.Span, DeepestTree + 1));

    IEnumerable<Ext4Piece> Read(ReadOnlyMemory<byte> node, int depth)
    {
        var count = Half(node.Span, 2);
        if (HeaderLength + count * EntryLength > node.Length)
            throw Damaged();
        for (var i = 0; i < count; i++)
        {
            var entry = node.Slice(HeaderLength + i * EntryLength, EntryLength);
            if (depth > 0)
            {
                var block = new byte[volume.BlockSize];
                volume.ReadBlocks(Word(entry.Span, 4) | (ulong)Half(entry.Span, 8) << 32, block);
                if (DepthOf(block, depth) != depth - 1)
                    throw Damaged();
                foreach (var piece in Read(block, depth - 1))
                    yield return piece;
            }
            else if (Half(entry.Span, 4) is > 0 and <= LongestWritten and var length)
            {
                yield return new(
                    (long)Word(entry.Span, 0) * volume.BlockSize, (long)length * volume.BlockSize, Word(entry.Span, 8) | (ulong)Half(entry.Span, 6) << 32);
            }
        }
    }

    int DepthOf(ReadOnlySpan<byte> node, int below) => Half(node, 0) == Magic && Half(node, 6) is var depth && depth < below ? depth : throw Damaged();

    DiskImageException Damaged() => new($"its file system is damaged: the extents of inode {inode} contradict themselves");
}

/// <summary>The blocks of a file of ext2 and ext3: twelve places, and then places of tables of places, up to three deep.</summary>
sealed class Ext4Indirect(Ext4Volume volume, long size)
{
    const int DirectCount = 12, DeepestTable = 3;

    public IEnumerable<Ext4Piece> Read(byte[] places)
    {
        var next = 0L;
        for (var i = 0; i < DirectCount; i++)
            foreach (var piece in ReadPlace(Word(places, i * 4), 0, next++))
                yield return piece;
        var perTable = (long)volume.BlockSize / 4;
        var width = perTable;
        for (var depth = 1; depth <= DeepestTable; depth++, width *= perTable)
        {
            foreach (var piece in ReadPlace(Word(places, (DirectCount + depth - 1) * 4), depth, next))
                yield return piece;
            next += width;
        }
    }

    IEnumerable<Ext4Piece> ReadPlace(uint block, int depth, long number)
    {
        if (block == 0 || number * volume.BlockSize >= size)
            yield break;
        if (depth == 0)
        {
            yield return new(number * volume.BlockSize, volume.BlockSize, block);
            yield break;
        }
        var table = new byte[volume.BlockSize];
        volume.ReadBlocks(block, table);
        var width = 1L;
        for (var i = 1; i < depth; i++)
            width *= table.Length / 4;
        for (var i = 0; i < table.Length / 4; i++)
            foreach (var piece in ReadPlace(Word(table, i * 4), depth - 1, number + i * width))
                yield return piece;
    }
}
