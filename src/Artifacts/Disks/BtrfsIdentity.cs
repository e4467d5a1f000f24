using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// Gives a btrfs file system that was just made another UUID. <c>mkfs.btrfs --uuid</c> and <c>btrfstune</c> refuse one that a device of the machine has, such as a
/// disk of an earlier build of the same image. Layout: the on-disk format of btrfs's documentation.
/// </summary>
static class BtrfsIdentity
{
    // Superblocks and nodes of trees begin the same way: checksum, UUID of the file system, their own address.
    const int ChecksumLength = 32, UuidPlace = 32, UuidLength = 16;

    const int SuperblockLength = 4096, MagicPlace = 64, SectorSizePlace = 144, NodeSizePlace = 148, DevicePlace = 201;

    const int OwnerPlace = 88, ItemCountPlace = 96, LevelPlace = 100, HeaderLength = 101, ItemLength = 25, ItemTypePlace = 8, ItemOffsetPlace = 17;
    const ulong ChunkTree = 3;
    const byte DeviceItem = 216;

    /// <summary>Of the file system's UUID in what is known of a device.</summary>
    const int UuidInDevice = 82;

    /// <summary>Where the superblock is, and where it is again on larger devices.</summary>
    static readonly long[] superblocks = [1L << 16, 1L << 26, 1L << 38];

    /// <param name="file">A file system with a UUID of its own, such as one at random, and crc32c, mkfs.btrfs's usual checksum.</param>
    public static void Change(string file, Guid uuid, CancellationToken cancellation)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        var length = RandomAccess.GetLength(handle);
        var superblock = new byte[SuperblockLength];
        RandomAccess.Read(handle, superblock, superblocks[0]);
        if (!superblock.AsSpan(MagicPlace, 8).SequenceEqual("_BHRfS_M"u8) || !HasChecksum(superblock))
            throw new InvalidDataException($"{file} has no btrfs.");
        var former = superblock.AsSpan(UuidPlace, UuidLength).ToArray();
        var (sector, node) = (ReadInt32LittleEndian(superblock.AsSpan(SectorSizePlace)), ReadInt32LittleEndian(superblock.AsSpan(NodeSizePlace)));
        // Whatever has the former UUID and a right checksum is a node: contents of files cannot know one that was made at random after them.
        var piece = new byte[(1 << 20) + node];
        for (var place = 0L; place < length; place += piece.Length - node)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(handle, piece, place);
            for (var at = 0; at < Math.Min(read - sector + 1, piece.Length - node); at += sector)
                if (piece.AsSpan(at + UuidPlace, UuidLength).SequenceEqual(former) && at + node <= read && !superblocks.Contains(place + at) && HasChecksum(piece.AsSpan(at, node)))
                {
                    ChangeNode(piece.AsSpan(at, node), uuid);
                    RandomAccess.Write(handle, piece.AsSpan(at, node), place + at);
                }
        }
        foreach (var place in superblocks.Where(place => place + SuperblockLength <= length))
        {
            RandomAccess.Read(handle, superblock, place);
            Put(superblock, UuidPlace, uuid);
            Put(superblock, DevicePlace + UuidInDevice, uuid);
            Seal(superblock);
            RandomAccess.Write(handle, superblock, place);
        }
    }

    static void ChangeNode(Span<byte> node, Guid uuid)
    {
        Put(node, UuidPlace, uuid);
        if (ReadUInt64LittleEndian(node[OwnerPlace..]) == ChunkTree && node[LevelPlace] == 0)
            for (var item = 0; item < ReadInt32LittleEndian(node[ItemCountPlace..]); item++)
            {
                var head = node[(HeaderLength + item * ItemLength)..];
                if (head[ItemTypePlace] == DeviceItem)
                    Put(node, HeaderLength + ReadInt32LittleEndian(head[ItemOffsetPlace..]) + UuidInDevice, uuid);
            }
        Seal(node);
    }

    static void Put(Span<byte> bytes, int place, Guid uuid) => uuid.TryWriteBytes(bytes[place..], bigEndian: true, out _);

    static bool HasChecksum(ReadOnlySpan<byte> block) => ReadUInt32LittleEndian(block) == ChecksumOf(block);

    static void Seal(Span<byte> block) => WriteUInt32LittleEndian(block, ChecksumOf(block));

    static uint ChecksumOf(ReadOnlySpan<byte> block) => ~Ext4.Crc32c.Append(Ext4.Crc32c.Start, block[ChecksumLength..]);
}
