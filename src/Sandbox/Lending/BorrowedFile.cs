using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Lending;

/// <summary>
/// A file that the root has while commands run and that goes back to what it was afterwards, unless a command changed
/// it, such as the policy that keeps services from being started.
/// </summary>
sealed class BorrowedFile : IDisposable
{
    readonly DirectoryHandle root;
    readonly byte[] path;
    readonly byte[] content;
    readonly bool wasEmpty;
    readonly PosixTime mtimeBefore;
    readonly (PosixTime Before, PosixTime Then)? parentTimes;
    readonly bool active;

    /// <param name="content">What the file has where the image has none or an empty one; another belongs to the image.</param>
    /// <param name="mode">For a new file.</param>
    public BorrowedFile(DirectoryHandle root, string path, byte[] content, uint mode)
    {
        this.root = root;
        this.path = Encoding.UTF8.GetBytes(path.TrimStart('/'));
        this.content = content;
        var parentPath = BytePath.ParentOf(this.path);
        var name = BytePath.NameOf(this.path);
        if (root.StatInRoot(parentPath) is not { Kind: FileKind.Directory })
            return;
        using var parent = root.OpenDirectoryInRoot(parentPath);
        if (root.StatInRoot(this.path) is { } status)
        {
            if (status is not { Kind: FileKind.Regular, Size: 0 })
                return;
            wasEmpty = true;
            mtimeBefore = status.Mtime;
            Overwrite(content);
        }
        else
        {
            if (parent.TryStat(name) is not null)
                return; // A dangling link: what it should lead to comes later.
            var before = parent.Stat().Mtime;
            using (var file = parent.CreateFile(name, Permissions.OwnerFile))
                file.Write(content);
            parent.SetPermissions(name, mode);
            parentTimes = (before, parent.Stat().Mtime);
        }
        active = true;
    }

    public void Dispose()
    {
        if (!active || root.StatInRoot(path) is not { Kind: FileKind.Regular, Size: var size } || size != (ulong)content.Length || !ReadAll().AsSpan().SequenceEqual(content))
            return;
        if (wasEmpty)
        {
            Overwrite([]);
            if (root.TryStat(path) is { Kind: FileKind.Regular })
                root.SetTimes(path, mtimeBefore);
            return;
        }
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
        var isUntouched = parentTimes is { } times && parent.Stat().Mtime == times.Then;
        parent.Unlink(BytePath.NameOf(path));
        if (isUntouched)
            parent.SetTimes("."u8, parentTimes!.Value.Before);
    }

    byte[] ReadAll()
    {
        using var file = root.OpenReadInRoot(path);
        using var buffer = new MemoryStream();
        file.CopyTo(buffer);
        return buffer.ToArray();
    }

    void Overwrite(byte[] bytes)
    {
        using var file = root.OpenWriteInRoot(path);
        file.Write(bytes);
    }
}
