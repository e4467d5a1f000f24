using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>
/// The block groups: who has which block and which inode. Blocks and inodes are given out in order, so that equal trees get
/// equal ones. Layout: the kernel's Documentation/filesystems/ext4/group_descr.rst and bitmaps.rst.
/// </summary>
sealed class GroupDescriptors
{
    const ushort InodesUninitialised = 1, BlocksUninitialised = 2;

    readonly BlockDevice device;
    readonly Superblock superblock;
    readonly byte[] descriptors;
    readonly byte[]?[] blockBitmaps;
    readonly byte[]?[] inodeBitmaps;
    readonly int[] usedInodes;
    long nextBlock;
    uint nextInode;

    public GroupDescriptors(BlockDevice device, Superblock superblock)
    {
        this.device = device;
        this.superblock = superblock;
        descriptors = new byte[superblock.GroupCount * Superblock.DescriptorSize];
        device.Read(BlockDevice.BlockSize, descriptors);
        blockBitmaps = new byte[]?[superblock.GroupCount];
        inodeBitmaps = new byte[]?[superblock.GroupCount];
        usedInodes = new int[superblock.GroupCount];
        nextInode = FirstInode;
    }

    /// <summary>The first inode that is no special one and not lost+found's.</summary>
    public const uint FirstInode = 12;

    /// <summary>The next inodes are this one's, and so on in order.</summary>
    public uint AllocateInode()
    {
        if (nextInode > superblock.InodeCount)
            throw new FileSystemFullException("inodes");
        Take(nextInode);
        return nextInode++;
    }

    void Take(uint inode)
    {
        var group = (int)((inode - 1) / superblock.InodesPerGroup);
        var bit = (int)((inode - 1) % superblock.InodesPerGroup);
        var bitmap = inodeBitmaps[group] ??= LoadInodeBitmap(group);
        bitmap[bit / 8] |= (byte)(1 << (bit % 8));
        usedInodes[group] = Math.Max(usedInodes[group], bit + 1);
        AddTo(group, 0x0E, 0x2E, -1);
    }

    public void CountDirectory(uint inode) => AddTo((int)((inode - 1) / superblock.InodesPerGroup), 0x10, 0x30, 1);

    /// <summary>Gives out blocks that lie one after the other: as many as are wanted, or fewer where a used one follows.</summary>
    public (long First, int Count) AllocateBlocks(int wanted)
    {
        while (nextBlock < superblock.BlockCount && IsUsed(nextBlock))
            nextBlock++;
        if (nextBlock >= superblock.BlockCount)
            throw new FileSystemFullException("blocks");
        var first = nextBlock;
        for (; nextBlock - first < wanted && nextBlock < superblock.BlockCount && !IsUsed(nextBlock); nextBlock++)
        {
            var (group, bit) = PlaceOf(nextBlock);
            blockBitmaps[group]![bit / 8] |= (byte)(1 << (bit % 8));
            AddTo(group, 0x0C, 0x2C, -1);
        }
        return (first, (int)(nextBlock - first));
    }

    public long AllocateBlock() => AllocateBlocks(1).First;

    /// <summary>Where an inode's bytes are, from the start of the file system.</summary>
    public long PlaceOfInode(uint inode)
    {
        var group = (int)((inode - 1) / superblock.InodesPerGroup);
        return Block(group, 8, 0x28) * BlockDevice.BlockSize + (inode - 1) % superblock.InodesPerGroup * Inodes.Size;
    }

    /// <summary>Writes bitmaps, descriptors and the superblock's counters.</summary>
    public void Write()
    {
        var (freeBlocks, freeInodes) = (0L, 0u);
        for (var group = 0; group < superblock.GroupCount; group++)
        {
            var descriptor = Descriptor(group);
            if (blockBitmaps[group] is { } blocks)
            {
                WriteBitmap(group, blocks, 0, 0x20, 0x18, 0x38, superblock.BlocksPerGroup / 8);
                ClearFlag(descriptor, BlocksUninitialised);
            }
            if (inodeBitmaps[group] is { } inodes)
            {
                WriteBitmap(group, inodes, 4, 0x24, 0x1A, 0x3A, superblock.InodesPerGroup / 8);
                ClearFlag(descriptor, InodesUninitialised);
                var unused = Math.Min(Count(group, 0x1C, 0x32), superblock.InodesPerGroup - usedInodes[group]);
                SetCount(group, 0x1C, 0x32, unused);
            }
            WriteUInt16LittleEndian(descriptor[0x1E..], 0);
            var checksum = Crc32c.Append(Crc32c.Append(superblock.Seed, (uint)group), descriptor);
            WriteUInt16LittleEndian(descriptor[0x1E..], (ushort)checksum);
            freeBlocks += Count(group, 0x0C, 0x2C);
            freeInodes += (uint)Count(group, 0x0E, 0x2E);
        }
        device.Write(BlockDevice.BlockSize, descriptors);
        superblock.Write(freeBlocks, freeInodes);
    }

    void WriteBitmap(int group, byte[] bitmap, int low, int high, int checksumLow, int checksumHigh, int length)
    {
        device.Write(Block(group, low, high) * BlockDevice.BlockSize, bitmap);
        var checksum = Crc32c.Append(superblock.Seed, bitmap.AsSpan(0, length));
        WriteUInt16LittleEndian(Descriptor(group)[checksumLow..], (ushort)checksum);
        WriteUInt16LittleEndian(Descriptor(group)[checksumHigh..], (ushort)(checksum >> 16));
    }

    bool IsUsed(long block)
    {
        var (group, bit) = PlaceOf(block);
        var bitmap = blockBitmaps[group] ??= LoadBlockBitmap(group);
        return (bitmap[bit / 8] & (1 << (bit % 8))) != 0;
    }

    (int Group, int Bit) PlaceOf(long block) => ((int)(block / superblock.BlocksPerGroup), (int)(block % superblock.BlocksPerGroup));

    byte[] LoadBlockBitmap(int group)
    {
        if ((Flags(group) & BlocksUninitialised) == 0)
            return device.ReadBlock(Block(group, 0, 0x20));
        // Nothing is in such a group but a copy of superblock and descriptors, which are not written down.
        var bitmap = new byte[BlockDevice.BlockSize];
        var blocksOfGroup = Math.Min(superblock.BlocksPerGroup, superblock.BlockCount - (long)group * superblock.BlocksPerGroup);
        var descriptorBlocks = (descriptors.Length + BlockDevice.BlockSize - 1) / BlockDevice.BlockSize;
        for (var bit = 0; HasCopy(group) && bit < 1 + descriptorBlocks + superblock.ReservedDescriptorBlocks; bit++)
            bitmap[bit / 8] |= (byte)(1 << (bit % 8));
        for (var bit = blocksOfGroup; bit < BlockDevice.BlockSize * 8; bit++)
            bitmap[bit / 8] |= (byte)(1 << (int)(bit % 8));
        return bitmap;
    }

    byte[] LoadInodeBitmap(int group)
    {
        if ((Flags(group) & InodesUninitialised) == 0)
        {
            var written = device.ReadBlock(Block(group, 4, 0x24));
            // Special inodes come first; a table's used part ends with them.
            usedInodes[group] = superblock.InodesPerGroup - Count(group, 0x1C, 0x32);
            return written;
        }
        var bitmap = new byte[BlockDevice.BlockSize];
        bitmap.AsSpan(superblock.InodesPerGroup / 8).Fill(0xFF);
        return bitmap;
    }

    // sparse_super: groups 0 and 1, and powers of 3, 5 and 7.
    static bool HasCopy(int group) => group <= 1 || IsPower(group, 3) || IsPower(group, 5) || IsPower(group, 7);

    static bool IsPower(int number, int of)
    {
        while (number % of == 0)
            number /= of;
        return number == 1;
    }

    Span<byte> Descriptor(int group) => descriptors.AsSpan(group * Superblock.DescriptorSize, Superblock.DescriptorSize);

    ushort Flags(int group) => ReadUInt16LittleEndian(Descriptor(group)[0x12..]);

    static void ClearFlag(Span<byte> descriptor, ushort flag) =>
        WriteUInt16LittleEndian(descriptor[0x12..], (ushort)(ReadUInt16LittleEndian(descriptor[0x12..]) & ~flag));

    long Block(int group, int low, int high) =>
        ReadUInt32LittleEndian(Descriptor(group)[low..]) | ((long)ReadUInt32LittleEndian(Descriptor(group)[high..]) << 32);

    int Count(int group, int low, int high) =>
        ReadUInt16LittleEndian(Descriptor(group)[low..]) | (ReadUInt16LittleEndian(Descriptor(group)[high..]) << 16);

    void SetCount(int group, int low, int high, int count)
    {
        WriteUInt16LittleEndian(Descriptor(group)[low..], (ushort)count);
        WriteUInt16LittleEndian(Descriptor(group)[high..], (ushort)(count >> 16));
    }

    void AddTo(int group, int low, int high, int difference) => SetCount(group, low, high, Count(group, low, high) + difference);
}
