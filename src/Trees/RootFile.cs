using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Trees;

/// <summary>Looks at files of a root by their paths there, without a leading slash. Links lead nowhere out of the root.</summary>
static class RootFile
{
    /// <summary>Whether there is a regular file.</summary>
    public static bool Exists(DirectoryHandle root, string path) => root.StatInRoot(Encoding.UTF8.GetBytes(path)) is { Kind: FileKind.Regular };

    /// <summary>Whether a directory is there and not empty.</summary>
    public static bool HasNames(DirectoryHandle root, string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        if (root.StatInRoot(bytes) is not { Kind: FileKind.Directory })
            return false;
        using var directory = root.OpenDirectoryInRoot(bytes);
        return directory.ReadNames().Count > 0;
    }

    /// <summary>A text file; null where there is none, or a longer one.</summary>
    public static string? TryReadText(DirectoryHandle root, string path, long longest = 1 << 28) =>
        TryRead(root, path, longest) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>A file; null where there is none, or a longer one.</summary>
    public static byte[]? TryRead(DirectoryHandle root, string path, long longest = 1 << 28)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (root.StatInRoot(name) is not { Kind: FileKind.Regular } status || status.Size > (ulong)longest)
            return null;
        using var file = root.OpenReadInRoot(name);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
