using ImageSdk.Posix;

namespace ImageSdk.Debian.Dpkg;

/// <summary>
/// ldconfig's notes on where and when it saw each library (/var/cache/ldconfig/aux-cache): inode numbers and times, which are others in
/// every build. Where it leaves some, an image has notes of no library, which ldconfig reads as such and writes again.
/// </summary>
/// <remarks>
/// The form is glibc's (elf/cache.c): a magic text with a version, the number of libraries and the length of their names, 32 bits each.
/// </remarks>
static class LinkerNotes
{
    const int MagicLength = 24, HeaderLength = MagicLength + 8;

    static ReadOnlySpan<byte> MagicStart => "glibc-ld.so.auxcache-"u8;

    static ReadOnlySpan<byte> Path => "var/cache/ldconfig/aux-cache"u8;

    /// <summary>Whether a root has some: then they stay as they are.</summary>
    public static bool AreIn(DirectoryHandle root) => root.StatInRoot(Path) is not null;

    /// <summary>Takes out of a layer what was noted while it was made.</summary>
    /// <param name="upper">The layer's own directory.</param>
    /// <param name="wereBelow">Whether the layers below it have some.</param>
    public static void Forget(DirectoryHandle upper, bool wereBelow)
    {
        var header = wereBelow ? null : ReadEmptied(upper);
        if (header is null)
        {
            upper.RemoveTree(Path);
            return;
        }
        using var file = upper.OpenWriteInRoot(Path);
        file.Write(header);
    }

    /// <returns>The header of notes of no library; null where there are none, or in another form.</returns>
    static byte[]? ReadEmptied(DirectoryHandle upper)
    {
        if (upper.StatInRoot(Path) is not { Kind: FileKind.Regular, Size: >= HeaderLength })
            return null;
        var header = new byte[HeaderLength];
        using var file = upper.OpenReadInRoot(Path);
        file.ReadExactly(header, 0, MagicLength);
        return header.AsSpan().StartsWith(MagicStart) ? header : null;
    }
}
