using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Cleaning;

/// <summary>Takes things out of a root.</summary>
static class RootCleaner
{
    /// <summary>Removes every path that the filter matches; a directory goes with all below it.</summary>
    public static void RemoveMatching(DirectoryHandle root, Filter filter) => RemoveMatching(root, [], filter);

    static void RemoveMatching(DirectoryHandle directory, byte[] path, Filter filter)
    {
        if (!filter.MayMatchBelow(path))
            return;
        foreach (var name in directory.ReadNames())
        {
            byte[] childPath = [.. path, (byte)'/', .. name];
            if (filter.Matches(childPath))
            {
                directory.RemoveTree(name);
                continue;
            }
            if (directory.Stat(name).Kind != FileKind.Directory)
                continue;
            using var child = directory.OpenDirectory(name);
            RemoveMatching(child, childPath, filter);
        }
    }

    /// <summary>Removes all that is in a directory, and keeps the directory.</summary>
    public static void Empty(DirectoryHandle root, ReadOnlySpan<byte> path)
    {
        if (root.TryStat(path) is not { Kind: FileKind.Directory })
            return;
        using var directory = root.OpenDirectory(path);
        foreach (var name in directory.ReadNames())
            directory.RemoveTree(name);
    }

    /// <summary>Names a root that the machine's own tools have named after the machine "localhost" instead.</summary>
    public static void RemoveHostName(DirectoryHandle root)
    {
        const string file = "/etc/hostname";
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } own && RootFile.TryReadText(root, file[1..], 1 << 10)?.Trim() == own)
            BootstrapRoot.WriteFile(root, file[1..], "localhost\n", Permissions.File);
    }

    /// <summary>Leaves an empty /etc/resolv.conf: name resolution is the machine's business, not the image's.</summary>
    public static void EmptyResolvConf(DirectoryHandle root)
    {
        var path = "etc/resolv.conf"u8;
        if (root.StatInRoot(path) is { } status)
        {
            if (status is { Kind: FileKind.Regular, Size: > 0 })
                root.OpenWriteInRoot(path).Dispose();
        }
        else if (root.TryStat(path) is null && root.StatInRoot("etc"u8) is { Kind: FileKind.Directory })
        {
            using var directory = root.OpenDirectoryInRoot("etc"u8);
            directory.CreateFile("resolv.conf"u8, Permissions.File).Dispose();
        }
    }
}
