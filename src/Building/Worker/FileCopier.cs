using System.Text;
using ImageSdk.Building.Sandbox;

namespace ImageSdk.Building.Worker;

/// <summary>Puts a single file into the root; missing directories are made.</summary>
static class FileCopier
{
    public static void Copy(StageContext context, CopyFileOperation operation)
    {
        var target = Encoding.UTF8.GetBytes(operation.TargetPath.Trim('/'));
        var parentPath = TreeCopier.ParentOf(target);
        context.Handle.MakeDirectoriesInRoot(parentPath, 0x1ED); // 0755
        using var directory = context.Handle.OpenDirectoryInRoot(parentPath);
        TreeCopier.WriteFile(operation.Source, operation.Mode, directory, TreeCopier.NameOf(target));
    }
}
