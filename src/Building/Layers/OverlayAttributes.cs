namespace ImageSdk.Building.Layers;

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
    /// Whether an attribute belongs to the image: the user's own, file capabilities and access control lists. Security
    /// labels are the host's policy; trusted attributes exist for root only.
    /// </summary>
    public static bool BelongsToImage(ReadOnlySpan<byte> name) =>
        name.StartsWith("user."u8)
            ? !name.StartsWith("user.overlay."u8) && !name.StartsWith("user.imagesdk."u8)
            : name.SequenceEqual("security.capability"u8) || name.StartsWith("system.posix_acl_"u8);
}
