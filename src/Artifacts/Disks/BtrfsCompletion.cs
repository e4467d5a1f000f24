using ImageSdk.Images;
using Microsoft.Win32.SafeHandles;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// Gives a btrfs file system that was just made what mkfs.btrfs does not. Its UUID: <c>mkfs.btrfs --uuid</c> and <c>btrfstune</c> refuse one that a device of the machine has, such as a
/// disk of an earlier build of the same image. Numbers of device nodes: with <c>--rootdir</c> some versions, 6.2 among them, write 0. Layout: the on-disk format of btrfs's documentation.
/// </summary>
/// <param name="file">A file system with a UUID of its own, such as one at random, and crc32c, mkfs.btrfs's usual checksum.</param>
/// <param name="devices">Major and minor numbers of device nodes, by their paths from the file system's root: "/dev/null".</param>
sealed class BtrfsCompletion(string file, Guid uuid, IReadOnlyDictionary<ByteString, (uint Major, uint Minor)> devices)
{
    // Superblocks and nodes of trees begin the same way: checksum, UUID of the file system, their own address.
    const int ChecksumLength = 32, UuidPlace = 32, UuidLength = 16;

    const int SuperblockLength = 4096, MagicPlace = 64, SectorSizePlace = 144, NodeSizePlace = 148, DevicePlace = 201;

    const int OwnerPlace = 88, ItemCountPlace = 96, LevelPlace = 100, HeaderLength = 101, ItemLength = 25, ItemTypePlace = 8, ItemOffsetPlace = 17;
    const ulong ChunkTree = 3, FileTree = 5, RootDirectory = 256;
    const byte InodeItem = 1, DirectoryIndex = 96, DeviceItem = 216;
    const int ModePlace = 52, RdevPlace = 56, MinorBits = 20, NameLengthPlace = 27, NamePlace = 30;

    /// <summary>Of the file system's UUID in what is known of a device.</summary>
    const int UuidInDevice = 82;

    /// <summary>Where the superblock is, and where it is again on larger devices.</summary>
    static readonly long[] superblocks = [1L << 16, 1L << 26, 1L << 38];

    readonly Dictionary<ulong, (ulong Parent, byte[] Name)> names = [];
    readonly List<(long Node, int Place, ulong Inode)> nodesOfDevices = [];

    public void Run(CancellationToken cancellation)
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
                    Change(piece.AsSpan(at, node), place + at);
                    RandomAccess.Write(handle, piece.AsSpan(at, node), place + at);
                }
        }
        SetDevices(handle, new byte[node]);
        foreach (var place in superblocks.Where(place => place + SuperblockLength <= length))
        {
            RandomAccess.Read(handle, superblock, place);
            Put(superblock, UuidPlace);
            Put(superblock, DevicePlace + UuidInDevice);
            Seal(superblock);
            RandomAccess.Write(handle, superblock, place);
        }
    }

    /// <param name="address">Of the node in the file.</param>
    void Change(Span<byte> node, long address)
    {
        Put(node, UuidPlace);
        var owner = ReadUInt64LittleEndian(node[OwnerPlace..]);
        if (owner is ChunkTree or FileTree && node[LevelPlace] == 0)
            for (var index = 0; index < ReadInt32LittleEndian(node[ItemCountPlace..]); index++)
            {
                var head = node[(HeaderLength + index * ItemLength)..];
                var place = HeaderLength + ReadInt32LittleEndian(head[ItemOffsetPlace..]);
                var item = node[place..];
                var number = ReadUInt64LittleEndian(head);
                switch (owner, head[ItemTypePlace])
                {
                    case (ChunkTree, DeviceItem):
                        Put(item, UuidInDevice);
                        break;
                    case (FileTree, DirectoryIndex):
                        names[ReadUInt64LittleEndian(item)] = (number, item.Slice(NamePlace, ReadUInt16LittleEndian(item[NameLengthPlace..])).ToArray());
                        break;
                    case (FileTree, InodeItem) when (ReadUInt32LittleEndian(item[ModePlace..]) & InodeMode.TypeMask) is InodeMode.Character or InodeMode.Block && ReadUInt64LittleEndian(item[RdevPlace..]) == 0:
                        nodesOfDevices.Add((address, place, number));
                        break;
                }
            }
        Seal(node);
    }

    void SetDevices(SafeFileHandle handle, byte[] node)
    {
        foreach (var (address, place, inode) in nodesOfDevices)
            if (devices.TryGetValue(PathOf(inode), out var device))
            {
                RandomAccess.Read(handle, node, address);
                WriteUInt64LittleEndian(node.AsSpan(place + RdevPlace), (ulong)device.Major << MinorBits | device.Minor);
                Seal(node);
                RandomAccess.Write(handle, node, address);
            }
    }

    ByteString PathOf(ulong inode)
    {
        var path = new List<byte>();
        while (inode != RootDirectory && names.TryGetValue(inode, out var entry))
        {
            path.InsertRange(0, [(byte)'/', .. entry.Name]);
            inode = entry.Parent;
        }
        return new([.. path]);
    }

    void Put(Span<byte> bytes, int place) => uuid.TryWriteBytes(bytes[place..], bigEndian: true, out _);

    static bool HasChecksum(ReadOnlySpan<byte> block) => ReadUInt32LittleEndian(block) == ChecksumOf(block);

    static void Seal(Span<byte> block) => WriteUInt32LittleEndian(block, ChecksumOf(block));

    static uint ChecksumOf(ReadOnlySpan<byte> block) => ~Ext4.Crc32c.Append(Ext4.Crc32c.Start, block[ChecksumLength..]);
}
