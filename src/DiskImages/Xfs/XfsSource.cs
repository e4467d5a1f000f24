using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>The tree of an xfs.</summary>
sealed class XfsSource(XfsVolume volume) : ISourceVolume
{
    public string Kind => "xfs";

    public string Label => volume.Label;

    public string Uuid => volume.Uuid.ToString();

    public ISourceNode Root => new Node(volume, volume.ReadInode(volume.RootInode));

    sealed class Node(XfsVolume volume, XfsInode inode) : ISourceNode
    {
        public ulong Number => inode.Number;

        public FileKind Kind => inode.Kind;

        public bool IsLinked => inode.LinkCount > 1;

        public IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames() =>
            new XfsDirectory(volume, inode).Read().Select(entry => (entry.Name, (ISourceNode)new Node(volume, volume.ReadInode(entry.Inode))));

        public byte[]? TryReadContent(int most) =>
            inode.Kind == FileKind.Regular && inode.Size <= most ? ContentPiece.ReadWhole(volume.Blocks, inode.ContentPieces(), (int)inode.Size) : null;

        public SourceEntry Describe(byte[] path, Action<long> count) =>
            inode.Describe(path, file => ContentPiece.Write(volume.Blocks, inode.ContentPieces(), inode.Size, file, count));
    }
}
