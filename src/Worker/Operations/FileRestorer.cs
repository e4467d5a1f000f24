using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Worker.Operations;

/// <summary>
/// Brings back what clean-up took or changed of a stage's files. A file that something was appended to and that is still there is left
/// alone: what it was before is not known any more.
/// </summary>
static class FileRestorer
{
    public static void Restore(StageContext context, RestoreFilesOperation operation)
    {
        var kept = new HashSet<ByteString>();
        foreach (var tree in operation.Trees.Where(tree => tree.Use == ProjectTreeUse.Append))
        {
            using var source = DirectoryHandle.Open(tree.Directory);
            FindKept(source, context.Handle, Encoding.UTF8.GetBytes(tree.TargetPath.Trim('/')), kept);
        }
        Copy(operation.Trees.Where(tree => tree.Use == ProjectTreeUse.Copy));
        foreach (var file in operation.Files.Where(file => !kept.Contains(ByteString.FromText(file.TargetPath.Trim('/')))))
            FileCopier.Copy(context, file);
        Copy(operation.Trees.Where(tree => tree.Use != ProjectTreeUse.Copy));

        void Copy(IEnumerable<CopyTreeOperation> trees)
        {
            foreach (var tree in trees)
                FileCopier.Copy(context, tree, kept);
        }
    }

    static void FindKept(DirectoryHandle source, DirectoryHandle root, byte[] path, HashSet<ByteString> kept)
    {
        foreach (var name in source.ReadNames())
        {
            byte[] target = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            switch (source.Stat(name).Kind)
            {
                case FileKind.Directory:
                    using (var child = source.OpenDirectory(name))
                        FindKept(child, root, target, kept);
                    break;
                case FileKind.Regular when root.StatInRoot(target) is { Kind: FileKind.Regular }:
                    kept.Add(new ByteString(target));
                    break;
            }
        }
    }
}
