using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Worker.Settings;

/// <summary>Text files and links of a root, by their paths there, without a leading slash. Links of the image are followed as a process in it would.</summary>
sealed class RootText(DirectoryHandle root)
{
    const long Longest = 1 << 24;

    public DirectoryHandle Root { get; } = root;

    public bool Exists(string path) => Root.StatInRoot(Bytes(path)) is not null;

    public bool IsDirectory(string path) => Root.StatInRoot(Bytes(path)) is { Kind: FileKind.Directory };

    /// <returns>Null where there is no such file.</returns>
    public string? TryRead(string path) => RootFile.TryReadText(Root, path, Longest);

    public string Read(string path) => TryRead(path) ?? "";

    public string[] ReadLines(string path) => Read(path).Split('\n') is [.. var lines, ""] ? lines : Read(path) is { Length: > 0 } text ? text.Split('\n') : [];

    /// <summary>Writes a file where it has another content. One that is there keeps its owner and mode.</summary>
    /// <param name="mode">Of a file that is made, whatever the umask.</param>
    public void Write(string path, string text, uint mode = Permissions.File)
    {
        var name = Bytes(path);
        if (Root.StatInRoot(name) is { } existing)
        {
            if (existing.Kind != FileKind.Regular)
                throw new IOException($"/{path} is no file");
            if (TryRead(path) == text)
                return;
            using var old = Root.OpenWriteInRoot(name);
            old.Write(Encoding.UTF8.GetBytes(text));
            return;
        }
        using var parent = OpenParent(path);
        // A link that leads nowhere.
        if (parent.TryStat(BytePath.NameOf(name)) is not null)
            parent.Unlink(BytePath.NameOf(name));
        using (var file = parent.CreateFile(BytePath.NameOf(name), mode))
            file.Write(Encoding.UTF8.GetBytes(text));
        parent.SetPermissions(BytePath.NameOf(name), mode);
    }

    public void WriteLines(string path, IEnumerable<string> lines, uint mode = Permissions.File) => Write(path, string.Concat(lines.Select(line => line + "\n")), mode);

    /// <summary>Where a link leads; null where there is no link of that name.</summary>
    public string? TryReadLink(string path)
    {
        var name = Bytes(path);
        if (!IsDirectory(Encoding.UTF8.GetString(BytePath.ParentOf(name))))
            return null;
        using var parent = Root.OpenDirectoryInRoot(BytePath.ParentOf(name));
        return parent.TryStat(BytePath.NameOf(name)) is { Kind: FileKind.Symlink } ? Encoding.UTF8.GetString(parent.ReadLink(BytePath.NameOf(name))) : null;
    }

    /// <summary>Makes a link, over a file or a link of that name.</summary>
    public void Link(string path, string target)
    {
        if (TryReadLink(path) == target)
            return;
        var name = Bytes(path);
        using var parent = OpenParent(path);
        if (parent.TryStat(BytePath.NameOf(name)) is not null)
            parent.Unlink(BytePath.NameOf(name));
        parent.MakeSymlink(BytePath.NameOf(name), Bytes(target));
    }

    /// <summary>Removes a file or a link; nothing where there is none.</summary>
    public void Remove(string path)
    {
        var name = Bytes(path);
        if (!IsDirectory(Encoding.UTF8.GetString(BytePath.ParentOf(name))))
            return;
        using var parent = Root.OpenDirectoryInRoot(BytePath.ParentOf(name));
        if (parent.TryStat(BytePath.NameOf(name)) is not null)
            parent.Unlink(BytePath.NameOf(name));
    }

    /// <summary>Names in a directory, in order; none where there is no such directory.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        if (!IsDirectory(path))
            return [];
        using var directory = Root.OpenDirectoryInRoot(Bytes(path));
        return [.. directory.ReadNames().Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal)];
    }

    public void MakeDirectory(string path) => Root.MakeDirectoriesInRoot(Bytes(path), Permissions.Directory);

    /// <summary>Sets owner and mode of what a path names itself.</summary>
    public void SetOwner(string path, uint uid, uint gid, uint? mode = null)
    {
        var name = Bytes(path);
        using var parent = Root.OpenDirectoryInRoot(BytePath.ParentOf(name));
        parent.SetOwner(BytePath.NameOf(name), uid, gid);
        if (mode is { } bits)
            parent.SetPermissions(BytePath.NameOf(name), bits);
    }

    DirectoryHandle OpenParent(string path)
    {
        var parent = BytePath.ParentOf(Bytes(path));
        Root.MakeDirectoriesInRoot(parent, Permissions.Directory);
        return Root.OpenDirectoryInRoot(parent);
    }

    static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);
}
