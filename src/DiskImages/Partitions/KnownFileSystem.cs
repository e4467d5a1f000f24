using ImageSdk.DiskImages.Blocks;

namespace ImageSdk.DiskImages.Partitions;

/// <summary>Names file systems by their first bytes, for messages.</summary>
static class KnownFileSystem
{
    static readonly (string Name, int Place, byte[] Magic)[] known =
    [
        ("ext4", 0x438, [0x53, 0xEF]), ("xfs", 0, [.. "XFSB"u8]), ("btrfs", 0x10040, [.. "_BHRfS_M"u8]), ("squashfs", 0, [.. "hsqs"u8]), ("LUKS", 0, [.. "LUKS"u8]),
        ("LVM", 0x218, [.. "LVM2 001"u8]), ("FAT", 82, [.. "FAT32"u8]), ("FAT", 54, [.. "FAT"u8]), ("erofs", 0x400, [0xE2, 0xE1, 0xF5, 0xE0]), ("f2fs", 0x400, [0x10, 0x20, 0xF5, 0xF2]), ("swap", 0xFF6, [.. "SWAPSPACE2"u8]),
    ];

    /// <returns>"nothing known" where there is none of them.</returns>
    public static string NameOf(IBlocks blocks)
    {
        foreach (var (name, place, magic) in known)
        {
            var found = new byte[magic.Length];
            if (blocks.Length < place + magic.Length)
                continue;
            blocks.Read(place, found);
            if (found.AsSpan().SequenceEqual(magic))
                return name;
        }
        return "nothing known";
    }
}
