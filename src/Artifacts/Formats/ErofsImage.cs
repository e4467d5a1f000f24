using System.Buffers.Binary;
using ImageSdk.Artifacts.Disks.Ext4;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// An EROFS image in a file, whose inodes get what the tree says of them: types of devices, owners, modes, times. Only what
/// stands in an inode or in a name's type byte is changed; no block moves.
/// </summary>
/// <remarks>Layout: the kernel's fs/erofs/erofs_fs.h; inodes of 64 bytes only, as the format makes them.</remarks>
sealed class ErofsImage : IDisposable
{
    const int SuperBlockOffset = 1024;
    const uint Magic = 0xE0F5E1E2;
    const uint HasChecksum = 1;
    const int InodeSlot = 32;
    const int InodeSize = 64;
    const int EntrySize = 12;

    const int FlatPlain = 0;
    const int FlatInline = 2;

    readonly FileStream file;
    readonly int blockSize;
    readonly long metaStart;
    readonly ulong rootNumber;

    public ErofsImage(string path)
    {
        file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        var block = Read(SuperBlockOffset, 128);
        if (BinaryPrimitives.ReadUInt32LittleEndian(block) != Magic)
            throw Damaged("it has no superblock");
        blockSize = 1 << block[12];
        rootNumber = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(14));
        metaStart = (long)BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(40)) * blockSize;
    }

    /// <exception cref="IOException">The image is not one of the tree.</exception>
    public void Apply(FileSystem tree, FileTime epoch, CancellationToken cancellation)
    {
        Apply(rootNumber, tree.Root, tree, epoch, cancellation);
        SetChecksum();
    }

    // It covers the superblock's whole block, where the first inodes may stand too.
    void SetChecksum()
    {
        var block = Read(SuperBlockOffset, blockSize - SuperBlockOffset);
        if ((BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(8)) & HasChecksum) == 0)
            return;
        var field = block.AsSpan(4, sizeof(uint));
        field.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(field, Crc32c.Append(Crc32c.Start, block));
        Write(SuperBlockOffset + 4, field);
    }

    void Apply(ulong number, DirectoryInode directory, FileSystem tree, FileTime epoch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var inode = ReadInode(number);
        SetInode(number, directory, epoch);
        var entries = directory.Entries.ToDictionary(entry => entry.Name, entry => tree.InodeTable[entry.InodeNumber]);
        var met = 0;
        foreach (var (start, length) in DataOf(number, inode))
        {
            var block = Read(start, length);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(8)) / EntrySize;
            for (var index = 0; index < count; index++)
            {
                var entry = block.AsSpan(index * EntrySize, EntrySize);
                var name = NameOf(block, index, count);
                if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                    continue;
                if (!entries.TryGetValue(new ByteString(name), out var child))
                    throw Damaged($"it has a file \"{new ByteString(name)}\", which the image has not");
                met++;
                var childNumber = BinaryPrimitives.ReadUInt64LittleEndian(entry);
                if (child is DirectoryInode below)
                    Apply(childNumber, below, tree, epoch, cancellation);
                else
                    SetInode(childNumber, child, epoch);
                if (child is SpecialInode special)
                    Write(start + index * EntrySize + 10, [TypeOf(special)]);
            }
        }
        if (met != entries.Count)
            throw Damaged($"a directory has {met} files; the image has {entries.Count} there");
    }

    void SetInode(ulong number, Inode inode, FileTime epoch)
    {
        var bytes = ReadInode(number);
        var time = FileTime.Of(inode) ?? epoch;
        if (inode is ModedInode moded)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), (ushort)moded.Mode);
        if (inode is SpecialInode special)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), (uint)special.Rdev);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), inode.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), inode.Gid);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), time.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), time.Nanoseconds);
        Write(PlaceOf(number), bytes);
    }

    /// <summary>The blocks of a directory, as places in the file.</summary>
    IEnumerable<(long Start, int Length)> DataOf(ulong number, byte[] inode)
    {
        var layout = BinaryPrimitives.ReadUInt16LittleEndian(inode) >> 1 & 7;
        if (layout is not (FlatPlain or FlatInline))
            throw Damaged($"a directory has layout {layout}");
        var size = (long)BinaryPrimitives.ReadUInt64LittleEndian(inode.AsSpan(8));
        var blocks = BinaryPrimitives.ReadUInt32LittleEndian(inode.AsSpan(16)) * (long)blockSize;
        var attributes = BinaryPrimitives.ReadUInt16LittleEndian(inode.AsSpan(2)) is var count and > 0 ? 12 + 4 * (count - 1) : 0;
        for (var at = 0L; at < size; at += blockSize)
        {
            var length = (int)Math.Min(blockSize, size - at);
            // The last, partial block stands behind the inode.
            yield return layout == FlatInline && length < blockSize
                ? (PlaceOf(number) + InodeSize + attributes, length)
                : (blocks + at, length);
        }
    }

    static ReadOnlySpan<byte> NameOf(byte[] block, int index, int count)
    {
        var start = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(index * EntrySize + 8));
        var end = index + 1 < count ? BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan((index + 1) * EntrySize + 8)) : block.Length;
        var name = block.AsSpan(start, end - start);
        return name.IndexOf((byte)0) is >= 0 and var zero ? name[..zero] : name;
    }

    static byte TypeOf(SpecialInode special) => (special.Mode & InodeMode.TypeMask) switch
    {
        InodeMode.Character => 3,
        InodeMode.Block => 4,
        _ => 5,
    };

    long PlaceOf(ulong number) => metaStart + (long)number * InodeSlot;

    byte[] ReadInode(ulong number)
    {
        var inode = Read(PlaceOf(number), InodeSize);
        return (inode[0] & 1) == 1 ? inode : throw Damaged($"inode {number} is a small one");
    }

    byte[] Read(long start, int length)
    {
        var bytes = new byte[length];
        file.Position = start;
        file.ReadExactly(bytes);
        return bytes;
    }

    void Write(long start, ReadOnlySpan<byte> bytes)
    {
        file.Position = start;
        file.Write(bytes);
    }

    IOException Damaged(string what) => new($"{file.Name} is not what was expected of mkfs.erofs: {what}.");

    public void Dispose() => file.Dispose();
}
