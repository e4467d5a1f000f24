using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Worker.Settings;

namespace ImageSdk.Worker.Operations;

/// <summary>Puts trees and single files into the root.</summary>
static class FileCopier
{
    /// <param name="kept">Files of the image that are left as they are; null for none.</param>
    public static void Copy(StageContext context, CopyTreeOperation tree, IReadOnlySet<ByteString>? kept = null)
    {
        var copier = new TreeCopier(context.Handle, tree.Label, tree.Use, context.Cancellation)
        {
            Variables = context.Settings.Environment, Kept = kept ?? new HashSet<ByteString>(), Ownership = FileOwnership.Of(context.Handle, tree.Owner),
        };
        copier.Copy(tree.Directory, tree.TargetPath);
        var place = tree.TargetPath.Length > 0 ? $" to {tree.TargetPath}" : "";
        context.Log($"{(tree.Use == ProjectTreeUse.Append ? "Appended" : "Copied")} {tree.Label} tree{place}: {copier.Copied} changed");
    }

    /// <summary>Missing directories are made.</summary>
    public static void Copy(StageContext context, CopyFileOperation operation)
    {
        var target = Encoding.UTF8.GetBytes(operation.TargetPath.Trim('/'));
        var parentPath = BytePath.ParentOf(target);
        context.Handle.MakeDirectoriesInRoot(parentPath, Permissions.Directory);
        using var directory = context.Handle.OpenDirectoryInRoot(parentPath);
        TreeCopier.WriteFile(operation.Source, operation.Mode, directory, BytePath.NameOf(target).ToArray(), FileOwnership.Of(context.Handle, operation.Owner));
    }
}
