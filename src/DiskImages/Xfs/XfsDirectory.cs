using ImageSdk.DiskImages.Volumes;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>Reads the names of a directory: from its inode, or from its blocks of data. What large ones have for searching lies behind those and need not be known.</summary>
sealed class XfsDirectory(XfsVolume volume, XfsInode directory)
{
    /// <summary>Bytes; a directory of a million names has some fifty million.</summary>
    const long Longest = 1L << 28;

    const uint SingleBlock = 0x5844_3242, Data = 0x5844_3244, SingleBlockWithChecksum = 0x5844_4233, DataWithChecksum = 0x5844_4433;

    int TypeLength => volume.HasTypes ? 1 : 0;

    /// <returns>In the order of the directory, without "." and "..".</returns>
    /// <exception cref="DiskImageException">It is damaged.</exception>
    public IEnumerable<(byte[] Name, ulong Inode)> Read() => directory.LocalContent is { } local ? ReadLocal(local) : ReadBlocks();

    IEnumerable<(byte[] Name, ulong Inode)> ReadLocal(ReadOnlyMemory<byte> list)
    {
        // Numbers have eight bytes where one of them needs more than four.
        var (count, isLong) = (Byte(list.Span, 0), Byte(list.Span, 1) > 0);
        var numberLength = isLong ? sizeof(ulong) : sizeof(uint);
        var place = 2 + numberLength;
        for (; count > 0; count--)
        {
            var length = Byte(list.Span, place);
            var name = Slice(list.Span, place + 3, length).ToArray();
            var number = place + 3 + length + TypeLength;
            yield return (Checked(name), isLong ? Big64(list.Span, number) : Big32(list.Span, number));
            place = number + numberLength;
        }
    }

    IEnumerable<(byte[] Name, ulong Inode)> ReadBlocks()
    {
        if (directory.Size > Longest)
            throw Damaged($"directory {directory.Number} has {directory.Size} bytes");
        var content = new byte[volume.DirectoryBlockSize];
        var (block, filled) = (-1L, 0L);
        var place = 0L;
        // A block may lie in several pieces.
        foreach (var piece in directory.ContentPieces())
            for (var done = 0L; done < piece.Length && piece.Offset + done < directory.Size;)
            {
                var offset = piece.Offset + done;
                if (offset / content.Length != block)
                    (block, filled, place) = (offset / content.Length, 0, piece.Place + done);
                var part = (int)Math.Min(piece.Length - done, content.Length - offset % content.Length);
                volume.Blocks.Read(piece.Place + done, content.AsSpan((int)(offset % content.Length), part));
                done += part;
                filled += part;
                if (filled != content.Length)
                    continue;
                if (volume.HasChecksums)
                    XfsVolume.Check(content, place, XfsHeader.DirectoryData, directory.Number);
                foreach (var entry in ReadBlock(content))
                    yield return entry;
            }
    }

    IEnumerable<(byte[] Name, ulong Inode)> ReadBlock(byte[] block)
    {
        const ushort Unused = 0xFFFF;
        var end = Big32(block, 0) switch
        {
            Data or DataWithChecksum => block.Length,
            // A directory of one block has its table of hashes there, and that table's length at the end.
            SingleBlock or SingleBlockWithChecksum when Big32(block, block.Length - 8) is var hashes && hashes < block.Length / 8 => block.Length - 8 - (int)hashes * 8,
            _ => throw Damaged($"a block of directory {directory.Number} has no sense"),
        };
        for (var place = volume.HasChecksums ? 64 : 16; place < end;)
        {
            if (Big16(block, place) == Unused)
            {
                var length = Big16(block, place + 2);
                place += length > 0 && length % 8 == 0 ? length : throw Damaged($"a block of directory {directory.Number} has no sense");
                continue;
            }
            var (inode, nameLength) = (Big64(block, place), Byte(block, place + 8));
            var name = Slice(block, place + 9, nameLength).ToArray();
            place += 9 + nameLength + TypeLength + sizeof(ushort) + 7 & ~7;
            if (name is not ([(byte)'.'] or [(byte)'.', (byte)'.']))
                yield return (Checked(name), inode);
        }
    }

    byte[] Checked(byte[] name) => IsName(name) ? name : throw Damaged($"a name in directory {directory.Number} cannot be");
}
