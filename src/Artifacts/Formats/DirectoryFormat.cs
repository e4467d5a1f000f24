using ImageSdk.Archives;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// The image's tree as a folder, with its owners: of an ordinary user they are his subordinate ids, and device nodes are left
/// out, since he may not make any.
/// </summary>
sealed class DirectoryFormat : IArtifactFormat
{
    static readonly HostTool Tar = new("tar", "tar");

    public string Name => "directory";

    public bool IsFolder => true;

    public int Version => 1;

    public string FileName(string image, ArtifactSettings settings) => $"{image}.directory";

    public IReadOnlyList<HostTool> Tools(ArtifactSettings settings) => [Tar];

    public void Write(ArtifactContext context)
    {
        Directory.CreateDirectory(context.OutputPath);
        var tree = CanMakeDevices(context.ScratchDirectory) ? context.Tree : WithoutDevices(context.Tree);
        using var root = context.OpenRoot();
        var writer = new TarTreeWriter(tree, root, context.EpochTime, "./", context.Cancellation);
        context.Tools.Run(
            Tar,
            ["-x", "-p", "-f", "-", "--numeric-owner", "--same-owner", "--xattrs", "--xattrs-include=*", "-C", context.OutputPath],
            input: writer.Write);
    }

    static bool CanMakeDevices(string scratch)
    {
        try
        {
            using var directory = DirectoryHandle.Open(scratch);
            directory.MakeNode("probe"u8, InodeMode.Character, DeviceNumber.Encode(1, 3));
            directory.Unlink("probe"u8);
            return true;
        }
        catch (PosixException exception) when (exception.Error is Errno.NotPermitted or Errno.AccessDenied)
        {
            return false;
        }
    }

    static FileSystem WithoutDevices(FileSystem tree)
    {
        return FileSystem.Create((DirectoryInode)Strip(tree.Root), tree.InodeTable.ToDictionary(pair => pair.Key, pair => Strip(pair.Value)));

        Inode Strip(Inode inode) => inode is DirectoryInode directory
            ? directory with { Entries = [.. directory.Entries.Where(entry => !IsDevice(tree.InodeTable[entry.InodeNumber]))] }
            : inode;
    }

    static bool IsDevice(Inode inode) =>
        inode is SpecialInode special && (special.Mode & InodeMode.TypeMask) is InodeMode.Character or InodeMode.Block;
}
