using ImageSdk.DiskImages.Ext4;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>The tree of an ext4 file system, each directory before what is in it.</summary>
static class Ext4Tree
{
    const uint RootInode = 2;
    const int BufferSize = 1 << 20, DeepestTree = 1000;

    static readonly byte[] lostAndFound = [.. "lost+found"u8];

    /// <param name="count">Called with the bytes of each part of a content before it is written: files of a damaged file system may share blocks without end.</param>
    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    public static IEnumerable<SourceEntry> Read(Ext4Volume volume, Action<long> count) => new Reader(volume, count).Read([], volume.ReadInode(RootInode), 0);

    sealed class Reader(Ext4Volume volume, Action<long> count)
    {
        readonly Dictionary<uint, byte[]> linked = [];
        readonly HashSet<uint> directories = [];

        public IEnumerable<SourceEntry> Read(byte[] path, Ext4Inode directory, int depth)
        {
            if (!directories.Add(directory.Number) || depth > DeepestTree)
                throw new DiskImageException($"its file system is damaged: directory {directory.Number} is in two places");
            yield return Describe(path, directory);
            // By name, so that what is read does not depend on how the directory was filled.
            foreach (var (name, number) in Ext4Directory.Read(directory, volume.BlockSize).OrderBy(entry => entry.Name, ByNames.Instance))
            {
                if (depth == 0 && name.AsSpan().SequenceEqual(lostAndFound))
                    continue;
                byte[] below = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
                var inode = volume.ReadInode(number);
                if (inode.Kind == FileKind.Directory)
                {
                    foreach (var entry in Read(below, inode, depth + 1))
                        yield return entry;
                    continue;
                }
                if (inode.Kind == FileKind.Unknown)
                    throw new DiskImageException($"its file system is damaged: inode {number} is of no known kind");
                if (inode.LinkCount > 1 && !linked.TryAdd(number, below))
                    yield return Describe(below, inode) with { Existing = linked[number] };
                else
                    yield return Describe(below, inode);
            }
        }

        SourceEntry Describe(byte[] path, Ext4Inode inode)
        {
            var entry = new SourceEntry(path, inode.Kind, inode.Mode & 0xFFF, inode.Uid, inode.Gid, inode.Mtime);
            return inode.Kind switch
            {
                FileKind.Symlink => entry with { Target = inode.ReadLink() },
                FileKind.Regular => entry with { Attributes = inode.ReadAttributes(), Length = inode.Size, WriteContent = file => Write(inode, file) },
                FileKind.CharacterDevice or FileKind.BlockDevice => entry with { Device = inode.Device },
                FileKind.Directory => entry with { Attributes = inode.ReadAttributes() },
                _ => entry,
            };
        }

        void Write(Ext4Inode inode, SafeFileHandle file)
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

    sealed class ByNames : IComparer<byte[]>
    {
        public static ByNames Instance { get; } = new();

        public int Compare(byte[]? left, byte[]? right) => left.AsSpan().SequenceCompareTo(right);
    }
}
