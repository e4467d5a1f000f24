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

        public SourceEntry Describe(byte[] path, Action<long> count)
        {
            var entry = new SourceEntry(path, inode.Kind, inode.Mode & 0xFFF, inode.Uid, inode.Gid, inode.Mtime);
            return inode.Kind switch
            {
                FileKind.Symlink => entry with { Target = inode.ReadLink() },
                FileKind.Regular => entry with { Attributes = inode.ReadAttributes(), Length = inode.Size, WriteContent = file => Write(file, count) },
                FileKind.CharacterDevice or FileKind.BlockDevice => entry with { Device = inode.Device },
                FileKind.Directory => entry with { Attributes = inode.ReadAttributes() },
                _ => entry,
            };
        }

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
