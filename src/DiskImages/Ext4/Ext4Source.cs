using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Ext4;

/// <summary>The tree of an ext4 file system.</summary>
sealed class Ext4Source(Ext4Volume volume) : ISourceVolume
{
    const uint RootInode = 2;
    const int BufferSize = 1 << 20;

    public string Kind => "ext4";

    public string Label => volume.Label;

    public string Uuid => volume.Uuid.ToString();

    public ISourceNode Root => new Node(volume, volume.ReadInode(RootInode));

    sealed class Node(Ext4Volume volume, Ext4Inode inode) : ISourceNode
    {
        public ulong Number => inode.Number;

        public FileKind Kind => inode.Kind;

        public bool IsLinked => inode.LinkCount > 1;

        public IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames() =>
            Ext4Directory.Read(inode, volume.BlockSize).Select(entry => (entry.Name, (ISourceNode)new Node(volume, volume.ReadInode(entry.Inode))));

        public byte[]? TryReadContent(int most) => inode.Kind == FileKind.Regular && inode.Size <= most ? inode.ReadWhole(most) : null;

        public SourceEntry Describe(byte[] path, Action<long> count) => inode.Describe(path, file => Write(file, count));

        void Write(SafeFileHandle file, Action<long> count)
        {
            if (inode.InlineContent() is { } inline)
            {
                RandomAccess.Write(file, inline, 0);
                return;
            }
            var buffer = new byte[BufferSize];
            foreach (var piece in inode.Pieces())
                for (var done = 0L; done < piece.Length && piece.Offset + done < inode.Size;)
                {
                    var part = buffer.AsSpan(0, (int)Math.Min(Math.Min(buffer.Length, piece.Length - done), inode.Size - piece.Offset - done));
                    count(part.Length);
                    volume.ReadBlocks(piece.Block + (ulong)(done / volume.BlockSize), part);
                    RandomAccess.Write(file, part, piece.Offset + done);
                    done += part.Length;
                }
        }
    }
}
