using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>What items of trees are ordered by.</summary>
readonly record struct BtrfsKey(ulong Object, byte Type, ulong Offset)
{
    /// <summary>Bytes on the disk.</summary>
    public const int Length = 17;

    public const byte Inode = 1, InodeReference = 12, Attribute = 24, DirectoryItem = 84, DirectoryIndex = 96, FileExtent = 108, Checksums = 128, Root = 132, RootBack = 144, RootReference = 156, Chunk = 228;

    public static BtrfsKey Read(ReadOnlySpan<byte> bytes, int place) => new(Little64(bytes, place), Byte(bytes, place + 8), Little64(bytes, place + 9));

    public int CompareTo(in BtrfsKey other) => Object != other.Object ? Object.CompareTo(other.Object) : Type != other.Type ? Type.CompareTo(other.Type) : Offset.CompareTo(other.Offset);
}
