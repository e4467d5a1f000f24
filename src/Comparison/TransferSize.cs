using ImageSdk.Images;

namespace ImageSdk.Comparison;

/// <summary>Objects that one image has and another has not, each counted once.</summary>
/// <param name="Objects">Their number.</param>
/// <param name="Bytes">Of their contents, not compressed.</param>
public readonly record struct TransferSize(int Objects, ulong Bytes)
{
    /// <summary>What has to be fetched of <paramref name="right"/> where all of <paramref name="left"/> is.</summary>
    public static TransferSize Between(FileSystem left, FileSystem right)
    {
        var known = new HashSet<ObjectHash>(left.InodeTable.Count);
        foreach (var inode in left.InodeTable.Values)
            if (inode is RegularInode { Size: > 0 } file)
                known.Add(file.Hash);
        var (objects, bytes) = (0, 0ul);
        foreach (var inode in right.InodeTable.Values)
            if (inode is RegularInode { Size: > 0 } file && known.Add(file.Hash))
            {
                objects++;
                bytes += file.Size;
            }
        return new(objects, bytes);
    }
}
