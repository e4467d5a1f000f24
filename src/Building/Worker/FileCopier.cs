using System.Text;
using ImageSdk.Building.Sandbox;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>Puts a single file into the root; missing directories are made.</summary>
static class FileCopier
{
    public static void Copy(StageContext context, CopyFileOperation operation)
    {
        var target = Encoding.UTF8.GetBytes(operation.TargetPath.Trim('/'));
        var parentPath = TreeCopier.ParentOf(target);
        context.Handle.MakeDirectoriesInRoot(parentPath, 0x1ED); // 0755
        using var source = DirectoryHandle.Open(Path.GetDirectoryName(operation.Source)!);
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(operation.Source));
        var mode = operation.Mode ?? source.Stat(name).Permissions & 0x1ED;
        using var directory = context.Handle.OpenDirectoryInRoot(parentPath);
        TreeCopier.Write(source, name, mode, directory, TreeCopier.NameOf(target));
    }
}
