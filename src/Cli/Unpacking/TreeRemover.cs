using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Unpacking;

/// <summary>Removes a tree that may have directories without permissions, as an ordinary user's own may be.</summary>
static class TreeRemover
{
    const uint OwnerOnly = Permissions.OwnerDirectory;

    /// <summary>Never follows a link. Does nothing where there is no such name.</summary>
    public static void Remove(DirectoryHandle parent, ReadOnlySpan<byte> name)
    {
        if (parent.TryStat(name) is not { } status)
            return;
        if (status.Kind != FileKind.Directory)
        {
            parent.Unlink(name);
            return;
        }
        if ((status.Permissions & OwnerOnly) != OwnerOnly)
            parent.SetPermissions(name, OwnerOnly);
        using (var directory = parent.OpenDirectory(name))
        {
            foreach (var child in directory.ReadNames())
                Remove(directory, child);
        }
        parent.RemoveEmptyDirectory(name);
    }
}
