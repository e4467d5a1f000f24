using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Debian.Dpkg;

/// <summary>Copies parts of one root into another as they are: contents, owners, modes and times.</summary>
static class LayerCopy
{
    /// <summary>Copies what is at a path, and all below it; its parent is there already. What is no file, directory or link is left out.</summary>
    public static void CopyTree(DirectoryHandle from, DirectoryHandle to, byte[] path)
    {
        var status = from.Stat(path);
        switch (status.Kind)
        {
            case FileKind.Directory:
                to.TryMakeDirectory(path, Permissions.OwnerDirectory);
                foreach (var name in from.ReadNamesOf(path))
                    CopyTree(from, to, [.. path, (byte)'/', .. name]);
                break;
            case FileKind.Regular:
                using (var source = from.OpenRead(path))
                using (var target = to.CreateFile(path, Permissions.OwnerFile))
                    SparseWriter.Copy(source.SafeFileHandle, target.SafeFileHandle);
                break;
            case FileKind.Symlink:
                to.MakeSymlink(path, from.ReadLink(path));
                to.SetOwner(path, status.Uid, status.Gid);
                return;
            default:
                return;
        }
        CopyStatus(from, to, path);
    }

    public static void CopyStatus(DirectoryHandle from, DirectoryHandle to, byte[] path)
    {
        if (from.TryStat(path) is not { } status || to.TryStat(path) is null)
            return;
        to.SetOwner(path, status.Uid, status.Gid);
        to.SetPermissions(path, status.Permissions);
        to.SetTimes(path, status.Mtime);
    }
}
