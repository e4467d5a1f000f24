using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;
using static ImageSdk.DiskImages.Squashfs.SquashfsImage;

namespace ImageSdk.DiskImages.Squashfs;

/// <summary>An inode of a squashfs: a header that all kinds share, and what each has of its own, in a basic and an extended form.</summary>
sealed class SquashfsNode : ISourceNode
{
    const int Extended = 7, LongestLink = 1 << 16, LongestDirectory = 1 << 30;
    const uint NoFragment = uint.MaxValue, NoAttributes = uint.MaxValue;

    static readonly FileKind[] kinds =
        [FileKind.Unknown, FileKind.Directory, FileKind.Regular, FileKind.Symlink, FileKind.BlockDevice, FileKind.CharacterDevice, FileKind.Fifo, FileKind.Socket];

    readonly SquashfsSource source;
    readonly uint mode, uid, gid, mtime;
    readonly uint attributes = NoAttributes;

    // Of directories: where their names are. Of files: where their blocks are.
    readonly ulong start;
    readonly int offset;
    readonly ulong size;
    readonly uint fragment = NoFragment, device;
    readonly uint[] blocks = [];
    readonly byte[] target = [];

    /// <exception cref="DiskImageException">It is damaged.</exception>
    public SquashfsNode(SquashfsSource source, ulong reference)
    {
        this.source = source;
        var cursor = new SquashfsCursor(source.Image, source.Image.InodeTable, reference);
        var type = cursor.Half();
        var isExtended = type > Extended;
        Kind = kinds.ElementAtOrDefault(isExtended ? type - Extended : type);
        mode = cursor.Half();
        uid = source.IdAt(cursor.Half());
        gid = source.IdAt(cursor.Half());
        mtime = cursor.Word();
        Number = cursor.Word();
        var links = 1u;
        switch (Kind, isExtended)
        {
            case (FileKind.Directory, false):
                start = cursor.Word();
                cursor.Word();
                size = cursor.Half();
                offset = cursor.Half();
                break;
            case (FileKind.Directory, true):
                cursor.Word();
                size = cursor.Word();
                start = cursor.Word();
                cursor.Word();
                cursor.Half();
                offset = cursor.Half();
                attributes = cursor.Word();
                break;
            case (FileKind.Regular, _):
                start = isExtended ? cursor.Long() : cursor.Word();
                if (isExtended)
                {
                    size = cursor.Long();
                    cursor.Long();
                    links = cursor.Word();
                }
                fragment = cursor.Word();
                offset = (int)(cursor.Word() & int.MaxValue);
                if (isExtended)
                    attributes = cursor.Word();
                else
                    size = cursor.Word();
                blocks = ReadBlocks(cursor);
                break;
            case (FileKind.Symlink, _):
                links = cursor.Word();
                size = cursor.Word();
                target = size <= LongestLink ? cursor.Bytes((int)size) : throw Damaged($"inode {Number} is a link of {size} bytes");
                if (isExtended)
                    attributes = cursor.Word();
                break;
            case (FileKind.BlockDevice or FileKind.CharacterDevice, _):
                links = cursor.Word();
                device = cursor.Word();
                if (isExtended)
                    attributes = cursor.Word();
                break;
            case (FileKind.Fifo or FileKind.Socket, _):
                links = cursor.Word();
                if (isExtended)
                    attributes = cursor.Word();
                break;
            default:
                throw Damaged($"inode {Number} is of the type {type}");
        }
        IsLinked = links > 1;
    }

    public ulong Number { get; }

    public FileKind Kind { get; }

    public bool IsLinked { get; }

    public SourceEntry Describe(byte[] path, Action<long> count) => new(path, Kind, mode & 0xFFF, uid, gid, new(mtime, 0))
    {
        Attributes = Kind is FileKind.Regular or FileKind.Directory ? source.AttributesAt(attributes) : [],
        Target = target,
        Device = device,
        Length = Kind == FileKind.Regular ? (long)size : 0,
        WriteContent = Kind == FileKind.Regular ? file => Write((block, place) => RandomAccess.Write(file, block, place), count) : null,
    };

    public byte[]? TryReadContent(int most)
    {
        if (Kind != FileKind.Regular || size > (ulong)most)
            return null;
        var content = new byte[size];
        Write((block, place) => block.CopyTo(content.AsSpan((int)place)), _ => { });
        return content;
    }

    public IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames()
    {
        // What the size counts beyond the names stands for "." and "..".
        const int Extra = 3, HeaderLength = 12, EntryLength = 8, MostEntries = 256;
        if (size > LongestDirectory)
            throw Damaged($"directory {Number} has {size} bytes");
        var left = (long)size - Extra;
        if (left <= 0)
            yield break;
        var cursor = new SquashfsCursor(source.Image, source.Image.DirectoryTable, start << 16 | (uint)offset);
        while (left > 0)
        {
            var (entries, block) = ((long)cursor.Word() + 1, cursor.Word());
            cursor.Word();
            left -= HeaderLength;
            if (entries > MostEntries)
                throw Damaged($"directory {Number} has {entries} names at once");
            for (; entries > 0; entries--)
            {
                var place = cursor.Half();
                cursor.Word();
                var name = cursor.Bytes(cursor.Half() + 1);
                left -= EntryLength + name.Length;
                if (left < 0 || name.AsSpan().ContainsAny((byte)'/', (byte)0) || name is [(byte)'.'] or [(byte)'.', (byte)'.'])
                    throw Damaged($"a name in directory {Number} cannot be");
                yield return (name, new SquashfsNode(source, (ulong)block << 16 | place));
            }
        }
    }

    uint[] ReadBlocks(SquashfsCursor cursor)
    {
        var blockSize = (ulong)source.Image.BlockSize;
        if (size > long.MaxValue / 2)
            throw Damaged($"inode {Number} has {size} bytes");
        var count = fragment == NoFragment ? (size + blockSize - 1) / blockSize : size / blockSize;
        var read = new List<uint>();
        // One at a time: a damaged count ends with the metadata, not with the memory.
        for (var i = 0ul; i < count; i++)
            read.Add(cursor.Word());
        return [.. read];
    }

    delegate void BlockWriter(ReadOnlySpan<byte> block, long place);

    void Write(BlockWriter write, Action<long> count)
    {
        var image = source.Image;
        var buffer = new byte[image.BlockSize];
        var (from, place) = (start, 0L);
        foreach (var block in blocks)
        {
            var length = (int)Math.Min(buffer.Length, (long)size - place);
            // A block of no size is a hole.
            if (block != 0)
            {
                count(length);
                if (image.ReadBlock(from, block, buffer) < length)
                    throw Damaged($"a block of inode {Number} is too short");
                write(buffer.AsSpan(0, length), place);
            }
            from += block & 0xFF_FFFF;
            place += length;
        }
        if (place == (long)size)
            return;
        var rest = (int)((long)size - place);
        count(rest);
        var shared = source.ReadFragment(fragment);
        if (shared.Length < (long)offset + rest)
            throw Damaged($"the fragment of inode {Number} is too short");
        write(shared.Slice(offset, rest), place);
    }
}
