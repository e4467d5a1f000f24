using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Scanning;

/// <summary>Copies single files and directories of a tree to the same places in another, with mode, owner and time. Follows no link in either.</summary>
public sealed class FilteredFileCopier(string source, string target, bool setOwners) : IDisposable
{
    const int BufferSize = 1 << 18;

    readonly DirectoryHandle from = DirectoryHandle.Open(source);
    readonly DirectoryHandle to = DirectoryHandle.Open(target);
    readonly byte[] buffer = new byte[BufferSize];

    /// <summary>Copies a plain file or makes a directory; everything else is ignored. A file that is there is replaced.</summary>
    /// <param name="path">Without a slash at its start. Directories above it are made.</param>
    public void Copy(ReadOnlySpan<byte> path, FileStatus status)
    {
        if (status.Kind is not (FileKind.Directory or FileKind.Regular))
            return;
        using var parent = MakeDirectories(BytePath.ParentOf(path));
        var name = BytePath.NameOf(path);
        if (status.Kind == FileKind.Directory)
        {
            parent.TryMakeDirectory(name, status.Permissions);
            using var directory = parent.OpenBeneath(name);
            Finish(directory, status);
            return;
        }
        using var content = from.OpenBeneath(path);
        parent.RemoveTree(name);
        using var file = parent.CreateBeneath(name, Permissions.OwnerFile);
        for (int count; (count = content.ReadSparse(buffer)) > 0;)
            file.WriteSparse(buffer.AsSpan(0, count));
        Finish(file, status);
    }

    public void Dispose()
    {
        from.Dispose();
        to.Dispose();
    }

    DirectoryHandle MakeDirectories(ReadOnlySpan<byte> path)
    {
        var current = to.OpenDirectoryBeneath([]);
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range].IsEmpty)
                continue;
            using var above = current;
            above.TryMakeDirectory(path[range], Permissions.Directory);
            current = above.OpenDirectory(path[range]);
        }
        return current;
    }

    void Finish(OpenFile file, FileStatus status)
    {
        if (setOwners)
            file.SetOwner(status.Uid, status.Gid);
        file.SetPermissions(status.Permissions);
        file.SetTimes(status.Mtime);
    }
}
