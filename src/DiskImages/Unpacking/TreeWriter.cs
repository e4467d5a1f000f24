using System.Text;
using ImageSdk.Images;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>
/// Writes the entries of a tree into a root, in their order. Paths are followed as below a root of its own, so that no link of the tree
/// leads a write out of it. Modes and times of directories are set at the end.
/// </summary>
sealed class TreeWriter(DirectoryHandle root) : IDisposable
{
    /// <summary>Bytes: what ext4 allows.</summary>
    const long LongestFile = 16L << 40;

    /// <summary>Bytes: larger ones, with others of their entry, are too large for an ext4, which says then that no space is left.</summary>
    const int SmallAttribute = 2000;

    const uint NodeOfCharacters = 0x2000, NodeOfBlocks = 0x6000, Pipe = 0x1000;

    readonly List<SourceEntry> directories = [];
    readonly SortedSet<string> refused = new(StringComparer.Ordinal);
    DirectoryHandle? parent;
    byte[] parentPath = [];

    /// <summary>Entries written.</summary>
    public long Count { get; private set; }

    /// <summary>Extended attributes that this machine or user may not set.</summary>
    public IReadOnlyCollection<string> Refused => refused;

    /// <exception cref="PosixException">It cannot be written.</exception>
    public void Add(SourceEntry entry)
    {
        Count++;
        if (entry.Path.Length == 0)
        {
            directories.Add(entry);
            return;
        }
        var directory = ParentOf(entry.Path);
        var name = BytePath.NameOf(entry.Path).ToArray();
        if (entry.Kind == FileKind.Directory)
        {
            if (!directory.TryMakeDirectory(name, Permissions.OwnerDirectory) && directory.Stat(name).Kind is not (FileKind.Directory or FileKind.Symlink))
                Replace(directory, name, () => directory.TryMakeDirectory(name, Permissions.OwnerDirectory));
            // A link to a directory stays one.
            if (directory.Stat(name).Kind == FileKind.Directory)
                directories.Add(entry);
            return;
        }
        if (directory.TryStat(name) is not null)
            directory.RemoveTree(name);
        Make(directory, name, entry);
    }

    /// <summary>Adds the root of another file system, which hides what was there.</summary>
    public void AddMounted(SourceEntry entry)
    {
        var directory = ParentOf(entry.Path);
        var name = BytePath.NameOf(entry.Path).ToArray();
        byte[] below = [.. entry.Path, (byte)'/'];
        directories.RemoveAll(other => other.Path.AsSpan().SequenceEqual(entry.Path) || other.Path.AsSpan().StartsWith(below));
        if (directory.TryStat(name) is not null)
            directory.RemoveTree(name);
        Add(entry);
    }

    /// <summary>Sets what is left to set, those below first.</summary>
    public void Finish()
    {
        parent?.Dispose();
        parent = null;
        for (var i = directories.Count - 1; i >= 0; i--)
        {
            var entry = directories[i];
            var directory = ParentOf(entry.Path);
            SetStatus(directory, entry.Path.Length == 0 ? "."u8.ToArray() : BytePath.NameOf(entry.Path).ToArray(), entry);
        }
    }

    public void Dispose() => parent?.Dispose();

    void Make(DirectoryHandle directory, byte[] name, SourceEntry entry)
    {
        if (entry.Existing is { } existing)
        {
            try
            {
                using var other = root.OpenDirectoryInRoot(BytePath.ParentOf(existing));
                directory.MakeHardLink(name, other, BytePath.NameOf(existing));
            }
            catch (PosixException exception) when (exception.Error is not (Errno.NoSpace or Errno.QuotaExceeded))
            {
                throw new DiskImageException($"its entry {Encoding.UTF8.GetString(entry.Path)} is another name of {Encoding.UTF8.GetString(existing)}, which is no file before it", exception);
            }
            return;
        }
        switch (entry.Kind)
        {
            case FileKind.Regular when entry.Length > LongestFile:
                throw new DiskImageException($"its file {Encoding.UTF8.GetString(entry.Path)} has {entry.Length} bytes; {LongestFile} are the most");
            case FileKind.Regular:
                using (var file = directory.CreateFileHandle(name, Permissions.OwnerFile))
                {
                    RandomAccess.SetLength(file, entry.Length);
                    entry.WriteContent?.Invoke(file);
                }
                break;
            case FileKind.Symlink when entry.Target.Length == 0 || entry.Target.Contains((byte)0):
                throw new DiskImageException($"its link {Encoding.UTF8.GetString(entry.Path)} is damaged: it leads to an empty name, or one with a zero byte in it");
            case FileKind.Symlink:
                directory.MakeSymlink(name, entry.Target);
                directory.SetOwner(name, entry.Uid, entry.Gid);
                directory.SetTimes(name, entry.Mtime);
                return;
            case FileKind.CharacterDevice when entry.Device == 0:
                throw new DiskImageException("it has a device 0:0, which stands for a removed name in an overlay file system");
            case FileKind.CharacterDevice or FileKind.BlockDevice or FileKind.Fifo:
                var type = entry.Kind switch { FileKind.CharacterDevice => NodeOfCharacters, FileKind.BlockDevice => NodeOfBlocks, _ => Pipe };
                DevicePlaceholder.MakeNode(directory, name, type | entry.Mode, entry.Device);
                break;
            default:
                // A socket means nothing without its process.
                Count--;
                return;
        }
        SetStatus(directory, name, entry);
    }

    // Giving an entry away takes set-uid bits and capabilities from it, so that those come after it.
    void SetStatus(DirectoryHandle directory, byte[] name, SourceEntry entry)
    {
        directory.SetOwner(name, entry.Uid, entry.Gid);
        directory.SetPermissions(name, entry.Mode);
        foreach (var (attribute, value) in entry.Attributes)
            SetAttribute(directory, name, attribute, value);
        directory.SetTimes(name, entry.Mtime);
    }

    void SetAttribute(DirectoryHandle directory, byte[] name, string attribute, byte[] value)
    {
        var bytes = Encoding.UTF8.GetBytes(attribute);
        if (bytes.Length == 0 || bytes.Contains((byte)0))
            throw new DiskImageException($"its entry {Encoding.UTF8.GetString(name)} has an extended attribute with a damaged name");
        if (OverlayAttributes.IsReserved(bytes))
            throw new DiskImageException($"a file in it has the attribute {attribute}, which is the overlay file system's own");
        try
        {
            directory.SetAttribute(name, bytes, value);
        }
        catch (PosixException exception) when (exception.Error is Errno.NotPermitted or Errno.NotSupported)
        {
            // A user namespace sets neither trusted attributes nor labels of the machine's security modules.
            refused.Add(attribute);
        }
        catch (PosixException exception) when (exception.Error is Errno.NoSpace or Errno.TooBig && value.Length > SmallAttribute)
        {
            throw new DiskImageException(
                $"its entry {Encoding.UTF8.GetString(name)} has the extended attribute {attribute} of {value.Length} bytes, more than the file system of the build cache takes (ext4 takes less than 4096 of an entry; xfs 65536): put the cache on another, or the attribute out of the source", exception);
        }
    }

    static void Replace(DirectoryHandle directory, byte[] name, Action make)
    {
        directory.RemoveTree(name);
        make();
    }

    DirectoryHandle ParentOf(byte[] path)
    {
        var wanted = BytePath.ParentOf(path);
        if (parent is not null && wanted.SequenceEqual(parentPath))
            return parent;
        parent?.Dispose();
        parent = null;
        try
        {
            if (root.StatInRoot(wanted) is not { Kind: FileKind.Directory })
                root.MakeDirectoriesInRoot(wanted, Permissions.Directory);
            parent = root.OpenDirectoryInRoot(wanted);
        }
        catch (PosixException exception) when (exception.Error is Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks)
        {
            throw new DiskImageException($"its entry {Encoding.UTF8.GetString(path)} lies behind a link that leads nowhere, or below a file", exception);
        }
        parentPath = wanted.ToArray();
        return parent;
    }
}
