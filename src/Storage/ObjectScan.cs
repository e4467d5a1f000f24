using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>Walks over all files of an object store, a top-level directory at a time. Names with a dot in front are not looked at.</summary>
sealed class ObjectScan(DirectoryHandle root)
{
    /// <summary>Told of an object, whatever its size.</summary>
    public required Action<ObjectHash, ulong> OnObject { get; init; }

    /// <summary>Told of a file or directory that is no object's, by its path below the store.</summary>
    public Action<string> OnForeign { get; init; } = _ => { };

    /// <summary>Told of a file that a writer of the original left, by directory and name.</summary>
    public Action<DirectoryHandle, byte[]> OnLeftover { get; init; } = (_, _) => { };

    /// <summary>The names to scan, each on its own thread if need be.</summary>
    public IReadOnlyList<byte[]> ReadTop() => Prefixes(root, "");

    public void Scan(byte[] first)
    {
        // What was there a moment ago may be gone.
        using var top = TryOpen(root, first);
        foreach (var second in top is null ? [] : Prefixes(top, Text(first) + "/"))
        {
            using var directory = TryOpen(top!, second);
            foreach (var leaf in directory?.ReadNames() ?? [])
                See(directory!, first, second, leaf);
        }
    }

    void See(DirectoryHandle directory, byte[] first, byte[] second, byte[] leaf)
    {
        if (leaf[0] == '.' || directory.TryStat(leaf) is not { } status)
            return;
        if (status.Kind == FileKind.Regular && ObjectPaths.TryParse(first, second, leaf, out var hash))
            OnObject(hash, status.Size);
        else
            SeeOther(directory, $"{Text(first)}/{Text(second)}/", leaf, status.Kind);
    }

    List<byte[]> Prefixes(DirectoryHandle directory, string place)
    {
        var prefixes = new List<byte[]>();
        foreach (var name in directory.ReadNames())
        {
            if (name[0] == '.' || directory.TryStat(name) is not { } status)
                continue;
            if (status.Kind == FileKind.Directory && ObjectPaths.IsPrefix(name))
                prefixes.Add(name);
            else
                SeeOther(directory, place, name, status.Kind);
        }
        return prefixes;
    }

    void SeeOther(DirectoryHandle directory, string place, byte[] name, FileKind kind)
    {
        if (kind == FileKind.Regular && name[^1] == '~')
            OnLeftover(directory, name);
        else
            OnForeign(place + Text(name));
    }

    static DirectoryHandle? TryOpen(DirectoryHandle parent, byte[] name)
    {
        try
        {
            return parent.OpenDirectory(name);
        }
        catch (PosixException problem) when (problem.IsNotFound)
        {
            return null;
        }
    }

    static string Text(byte[] name) => Encoding.UTF8.GetString(name);
}
