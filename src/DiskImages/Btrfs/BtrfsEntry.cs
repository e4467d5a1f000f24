using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>A name with what it stands for: of a directory or of an extended attribute, which has the same form.</summary>
/// <param name="Location">The key of the inode, or of the root of a subvolume.</param>
/// <param name="Data">Of an attribute.</param>
sealed record BtrfsEntry(BtrfsKey Location, byte[] Name, byte[] Data)
{
    const int HeaderLength = 30;
    const byte EncryptedType = 0x80;

    public bool IsSubvolume => Location.Type == BtrfsKey.Root;

    /// <summary>Names of one hash are in one item.</summary>
    /// <exception cref="DiskImageException">It is damaged.</exception>
    public static IEnumerable<BtrfsEntry> ReadAll(ReadOnlyMemory<byte> item)
    {
        for (var place = 0; place < item.Length;)
        {
            var (dataLength, nameLength) = (Little16(item.Span, place + 25), Little16(item.Span, place + 27));
            if ((Byte(item.Span, place + 29) & EncryptedType) != 0)
                throw new DiskImageException("its file system has encrypted files");
            yield return new(BtrfsKey.Read(item.Span, place), Slice(item.Span, place + HeaderLength, nameLength).ToArray(), Slice(item.Span, place + HeaderLength + nameLength, dataLength).ToArray());
            place += HeaderLength + nameLength + dataLength;
        }
    }
}
