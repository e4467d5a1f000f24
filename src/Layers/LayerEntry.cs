using ImageSdk.Images;

namespace ImageSdk.Layers;

/// <summary>What a name in a layer does to the tree below it.</summary>
enum LayerEntryKind : byte
{
    /// <summary>The name is removed.</summary>
    Whiteout,

    /// <summary>The name is set: a directory keeps what is below it unless it is opaque, all else replaces.</summary>
    Inode,
}

/// <param name="Path">Without a leading slash; empty for the root.</param>
/// <param name="Inode">Null for a whiteout. A directory's list of entries is empty here: the paths tell.</param>
/// <param name="LinkId">Names of one layer with the same number other than 0 are hard links.</param>
/// <param name="Opaque">A directory that hides all that lower layers have below it.</param>
sealed record LayerEntry(ByteString Path, LayerEntryKind Kind, Inode? Inode, ulong LinkId, bool Opaque);
