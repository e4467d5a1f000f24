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

        public SourceEntry Describe(byte[] path, Action<long> count)
        {
            var entry = new SourceEntry(path, inode.Kind, inode.Mode & 0xFFF, inode.Uid, inode.Gid, inode.Mtime);
            return inode.Kind switch
            {
                FileKind.Symlink => entry with { Target = inode.ReadLink() },
                FileKind.Regular => entry with
                {
                    Attributes = ReadAttributes(),
                    Length = inode.Size,
                    WriteContent = file => ContentPiece.Write(volume.Blocks, inode.ContentPieces(), inode.Size, file, count),
                },
                FileKind.CharacterDevice or FileKind.BlockDevice => entry with { Device = inode.Device },
                FileKind.Directory => entry with { Attributes = ReadAttributes() },
                _ => entry,
            };
        }

        IReadOnlyList<(string Name, byte[] Value)> ReadAttributes() => new XfsAttributes(volume, inode).Read();
    }
}
