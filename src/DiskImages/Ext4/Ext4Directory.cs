using static ImageSdk.DiskImages.Ext4.Ext4Volume;

namespace ImageSdk.DiskImages.Ext4;

/// <summary>Reads directories as lists of entries. The trees of names of large ones look like unused entries, and need not be known.</summary>
static class Ext4Directory
{
    /// <summary>Bytes; a directory of a million names has some fifty million.</summary>
    const long Longest = 1L << 28;

    const int HeaderLength = 8, InlineParent = 4, InlineStart = 60;

    /// <returns>In the order of the directory, without "." and "..".</returns>
    /// <exception cref="DiskImageException">It is damaged.</exception>
    public static IEnumerable<(byte[] Name, uint Inode)> Read(Ext4Inode directory, int blockSize)
    {
        var content = directory.ReadWhole(Longest);
        if (directory.InlineContent() is null)
            return ReadBlocks(directory, content, blockSize);
        // The parent's number, then two lists: one in the inode's own place, one in its attribute.
        var end = Math.Min(InlineStart, content.Length);
        return ReadList(directory, content.AsMemory(InlineParent, Math.Max(0, end - InlineParent))).Concat(ReadList(directory, content.AsMemory(end)));
    }

    static IEnumerable<(byte[] Name, uint Inode)> ReadBlocks(Ext4Inode directory, byte[] content, int blockSize)
    {
        for (var start = 0; start < content.Length; start += blockSize)
            foreach (var entry in ReadList(directory, content.AsMemory(start, Math.Min(blockSize, content.Length - start))))
                yield return entry;
    }

    static IEnumerable<(byte[] Name, uint Inode)> ReadList(Ext4Inode directory, ReadOnlyMemory<byte> list)
    {
        for (var place = 0; place + HeaderLength <= list.Length;)
        {
            var entry = list.Span[place..];
            var (inode, length, nameLength) = (Word(entry, 0), (int)Half(entry, 4), (int)entry[6]);
            // A block of 64 KiB does not fit into the field.
            if (length is 0 or 0xFFFF)
                length = list.Length - place;
            if (length < HeaderLength || length > entry.Length || nameLength > length - HeaderLength)
                throw new DiskImageException($"its file system is damaged: an entry of directory {directory.Number} has no sense");
            place += length;
            if (inode == 0 || nameLength == 0)
                continue;
            var name = entry.Slice(HeaderLength, nameLength).ToArray();
            if (name is [(byte)'.'] or [(byte)'.', (byte)'.'])
                continue;
            if (name.AsSpan().ContainsAny((byte)'/', (byte)0))
                throw new DiskImageException($"its file system is damaged: a name in directory {directory.Number} has a slash or a zero byte in it");
            yield return (name, inode);
        }
    }
}
