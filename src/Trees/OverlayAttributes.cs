using ImageSdk.Images;

namespace ImageSdk.Trees;

/// <summary>
/// The extended attributes that the overlay file system and this engine use for themselves inside a layer's tree. They
/// are never part of an image.
/// </summary>
static class OverlayAttributes
{
    /// <summary>
    /// On an empty file: it stands for a device node that an ordinary user can't make. The value is the type character,
    /// the major and the minor number ("c 1 3"); permissions and owner are the file's own.
    /// </summary>
    public static ReadOnlySpan<byte> Placeholder => "user.imagesdk.special"u8;

    /// <summary>The kernel writes "trusted" as root, "user" in a user namespace (mount option userxattr).</summary>
    public static bool IsOpaque(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("trusted.overlay.opaque"u8) || name.SequenceEqual("user.overlay.opaque"u8);

    /// <summary>On a file that was copied up from a lower layer because it changed.</summary>
    public static bool IsOrigin(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("trusted.overlay.origin"u8) || name.SequenceEqual("user.overlay.origin"u8);

    /// <summary>
    /// Whether an attribute means something to the overlay file system or to this engine. One that comes from outside would make a
    /// mounted root another one than its record says.
    /// </summary>
    public static bool IsReserved(ReadOnlySpan<byte> name) =>
        name.StartsWith("trusted.overlay."u8) || name.StartsWith("user.overlay."u8) || name.StartsWith("user.imagesdk."u8);

    /// <summary>Refuses a tree that is going to be a layer and has what only the overlay file system may write there.</summary>
    /// <exception cref="ImageFormatException">It has.</exception>
    public static void RequireNone(FileSystem fileSystem)
    {
        foreach (var entry in fileSystem.Walk())
        {
            if (FindReserved(entry.Inode) is { } attribute)
                throw new ImageFormatException(entry.Path, $"extended attribute {attribute}, which is the overlay file system's own");
            if (IsWhiteout(entry.Inode))
                throw new ImageFormatException(entry.Path, "device 0:0, which stands for a removed name in an overlay file system");
        }
    }

    /// <summary>The name of an attribute that is reserved; null for none.</summary>
    public static ByteString? FindReserved(Inode inode)
    {
        foreach (var (name, _) in inode.ExtendedAttributes)
            if (IsReserved(name.Span))
                return name;
        return null;
    }

    /// <summary>Whether the overlay file system takes it for a name that is not there.</summary>
    public static bool IsWhiteout(Inode inode) => inode is SpecialInode { Rdev: 0 } special && (special.Mode & 0xF000) == InodeMode.Character;

    /// <summary>
    /// Whether an attribute belongs to the image: the user's own, file capabilities and access control lists. Security
    /// labels are the host's policy; trusted attributes exist for root only.
    /// </summary>
    public static bool BelongsToImage(ReadOnlySpan<byte> name) =>
        name.StartsWith("user."u8)
            ? !name.StartsWith("user.overlay."u8) && !name.StartsWith("user.imagesdk."u8)
            : name.SequenceEqual("security.capability"u8) || name.StartsWith("system.posix_acl_"u8);
}
