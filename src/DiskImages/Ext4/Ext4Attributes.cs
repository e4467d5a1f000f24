using System.Buffers.Binary;
using System.Text;
using static ImageSdk.DiskImages.Ext4.Ext4Volume;

namespace ImageSdk.DiskImages.Ext4;

/// <summary>Collects the extended attributes of an inode: those beside it, those in a block, and large values that are inodes of their own.</summary>
/// <param name="withInternal">Also what the file system keeps there for itself: the rest of a content in the inode.</param>
sealed class Ext4Attributes(Ext4Volume volume, uint inode, bool withInternal)
{
    const uint Magic = 0xEA02_0000;
    const int EntryLength = 16, BlockHeader = 32, LongestValue = 1 << 16;
    const int AccessList = 2, DefaultList = 3, Internal = 7;

    static readonly Dictionary<int, string> prefixes = new()
    {
        [1] = "user.", [AccessList] = "system.posix_acl_access", [DefaultList] = "system.posix_acl_default", [4] = "trusted.", [6] = "security.", [Internal] = "system.",
    };

    public List<(string Name, byte[] Value)> All { get; } = [];

    /// <param name="area">What of the inode's own place is left for attributes.</param>
    public void ReadFromInode(ReadOnlySpan<byte> area)
    {
        if (Word(area, 0) == Magic)
            Read(area[4..], area[4..]);
    }

    public void ReadFromBlock(ulong number)
    {
        var block = new byte[volume.BlockSize];
        volume.ReadBlocks(number, block);
        if (Word(block, 0) != Magic)
            throw Damaged();
        Read(block.AsSpan(BlockHeader), block);
    }

    void Read(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> values)
    {
        // A list ends with four zero bytes.
        while (entries.Length >= EntryLength && Word(entries, 0) != 0)
        {
            var (nameLength, prefix) = (entries[0], entries[1]);
            var (place, valueInode, size) = (Half(entries, 2), Word(entries, 4), Word(entries, 8));
            if (EntryLength + nameLength > entries.Length || size > LongestValue)
                throw Damaged();
            var name = Encoding.UTF8.GetString(entries.Slice(EntryLength, nameLength));
            if (prefixes.TryGetValue(prefix, out var start) && (prefix != Internal || withInternal))
            {
                if (valueInode == 0 && place + size > values.Length)
                    throw Damaged();
                var value = valueInode == 0 ? values.Slice(place, (int)size).ToArray() : volume.ReadInode(valueInode).ReadWhole(LongestValue);
                All.Add((start + name, prefix is AccessList or DefaultList ? ToSystemForm(value) : value));
            }
            entries = entries[Math.Min(entries.Length, EntryLength + (nameLength + 3 & ~3))..];
        }
    }

    // On the disk, entries of the owner, the group, the mask and others have no id (fs/ext4/acl.h); the calls give all of them one (acl(5)).
    byte[] ToSystemForm(ReadOnlySpan<byte> list)
    {
        const uint DiskVersion = 1, SystemVersion = 2, NoId = uint.MaxValue;
        const ushort User = 2, Group = 8;
        if (list.Length < 4 || Word(list, 0) != DiskVersion)
            throw Damaged();
        var form = new MemoryStream();
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(word, SystemVersion);
        form.Write(word);
        for (list = list[4..]; list.Length >= 4;)
        {
            var hasId = Half(list, 0) is User or Group;
            if (hasId && list.Length < 8)
                throw Damaged();
            form.Write(list[..4]);
            BinaryPrimitives.WriteUInt32LittleEndian(word, hasId ? Word(list, 4) : NoId);
            form.Write(word);
            list = list[(hasId ? 8 : 4)..];
        }
        return form.ToArray();
    }

    DiskImageException Damaged() => new($"its file system is damaged: the attributes of inode {inode} contradict themselves");
}
