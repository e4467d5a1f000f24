using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;

namespace ImageSdk.Layers;

/// <summary>
/// The list of a layer's entries, kept beside its tree so that the tree is never walked or hashed again. Entries are in
/// depth-first order, parents before children. The file ends with an entry count, so that a cut-off file is noticed.
/// </summary>
sealed class LayerIndex(IReadOnlyList<LayerEntry> entries)
{
    const uint Magic = 0x31584C49; // "ILX1"

    public IReadOnlyList<LayerEntry> Entries { get; } = entries;

    public bool IsEmpty => Entries.Count == 0;

    /// <summary>Bytes of its files; hard links count once.</summary>
    public ulong CountBytes()
    {
        var links = new HashSet<ulong>();
        var size = 0ul;
        foreach (var entry in Entries)
            if (entry.Inode is RegularInode regular && (entry.LinkId == 0 || links.Add(entry.LinkId)))
                size += regular.Size;
        return size;
    }

    public LayerSize Measure() => new(CountBytes(), Entries.Count);

    enum InodeKind : byte
    {
        None,
        Directory,
        Regular,
        Symlink,
        Special,
    }

    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Entries.Count);
        foreach (var entry in Entries)
            Write(writer, entry);
        writer.Write(Entries.Count);
    }

    /// <exception cref="InvalidDataException">The file is not an index, or not a whole one.</exception>
    public static LayerIndex Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadUInt32() != Magic)
                throw new InvalidDataException("not a layer index");
            var count = reader.ReadInt32();
            if (count < 0)
                throw new InvalidDataException("layer index has a negative count");
            var entries = new List<LayerEntry>(Math.Clamp(count, 0, 1 << 20));
            for (var i = 0; i < count; i++)
                entries.Add(ReadEntry(reader));
            if (reader.ReadInt32() != count)
                throw new InvalidDataException("layer index has a wrong count");
            return new LayerIndex(entries);
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException("layer index is cut off or overwritten", exception);
        }
    }

    static void Write(BinaryWriter writer, LayerEntry entry)
    {
        WriteBytes(writer, entry.Path.Span);
        writer.Write((byte)entry.Kind);
        writer.Write7BitEncodedInt64((long)entry.LinkId);
        writer.Write(entry.Opaque);
        writer.Write((byte)(entry.Inode switch
        {
            DirectoryInode => InodeKind.Directory,
            RegularInode => InodeKind.Regular,
            SymlinkInode => InodeKind.Symlink,
            SpecialInode => InodeKind.Special,
            null => InodeKind.None,
            _ => throw new InvalidOperationException($"A layer holds no {entry.Inode.GetType().Name}."),
        }));
        if (entry.Inode is null)
            return;
        writer.Write7BitEncodedInt64(entry.Inode.Uid);
        writer.Write7BitEncodedInt64(entry.Inode.Gid);
        writer.Write7BitEncodedInt(entry.Inode.ExtendedAttributes.Count);
        foreach (var (name, value) in entry.Inode.ExtendedAttributes)
        {
            WriteBytes(writer, name.Span);
            WriteBytes(writer, value.Span);
        }
        if (entry.Inode is ModedInode moded)
            writer.Write7BitEncodedInt64(moded.Mode);
        switch (entry.Inode)
        {
            case DirectoryInode directory:
                WriteTime(writer, directory.Mtime ?? default);
                break;
            case RegularInode regular:
                WriteTime(writer, regular.Mtime);
                writer.Write7BitEncodedInt64((long)regular.Size);
                if (regular.Size > 0)
                    writer.Write(regular.Hash.Span);
                break;
            case SymlinkInode symlink:
                WriteBytes(writer, symlink.Target.Span);
                break;
            case SpecialInode special:
                WriteTime(writer, special.Mtime);
                writer.Write7BitEncodedInt64((long)special.Rdev);
                break;
        }
    }

    static LayerEntry ReadEntry(BinaryReader reader)
    {
        var path = ReadBytes(reader);
        var kind = (LayerEntryKind)reader.ReadByte();
        var linkId = (ulong)reader.Read7BitEncodedInt64();
        var opaque = reader.ReadBoolean();
        var inodeKind = (InodeKind)reader.ReadByte();
        return new LayerEntry(path, kind, inodeKind == InodeKind.None ? null : ReadInode(reader, inodeKind), linkId, opaque);
    }

    static Inode ReadInode(BinaryReader reader, InodeKind kind)
    {
        var uid = (uint)reader.Read7BitEncodedInt64();
        var gid = (uint)reader.Read7BitEncodedInt64();
        var attributes = ReadAttributes(reader);
        var mode = kind == InodeKind.Symlink ? 0 : (uint)reader.Read7BitEncodedInt64();
        switch (kind)
        {
            case InodeKind.Directory:
                return new DirectoryInode { Uid = uid, Gid = gid, ExtendedAttributes = attributes, Mode = mode, Mtime = ReadTime(reader) };
            case InodeKind.Regular:
                var mtime = ReadTime(reader);
                var size = (ulong)reader.Read7BitEncodedInt64();
                return new RegularInode
                {
                    Uid = uid, Gid = gid, ExtendedAttributes = attributes, Mode = mode, Mtime = mtime, Size = size,
                    Hash = size > 0 ? ReadHash(reader) : default,
                };
            case InodeKind.Symlink:
                return new SymlinkInode { Uid = uid, Gid = gid, ExtendedAttributes = attributes, Target = ReadBytes(reader) };
            case InodeKind.Special:
                return new SpecialInode
                {
                    Uid = uid, Gid = gid, ExtendedAttributes = attributes, Mode = mode, Mtime = ReadTime(reader),
                    Rdev = (ulong)reader.Read7BitEncodedInt64(),
                };
            default:
                throw new InvalidDataException($"layer index has an inode of kind {kind}");
        }
    }

    static ObjectHash ReadHash(BinaryReader reader)
    {
        var bytes = reader.ReadBytes(ObjectHash.Size);
        return bytes.Length == ObjectHash.Size ? new ObjectHash(bytes) : throw new EndOfStreamException();
    }

    static ExtendedAttributes ReadAttributes(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        if (count is < 0 or > 1 << 16)
            throw new InvalidDataException($"layer index has an inode with {count} attributes");
        if (count == 0)
            return ExtendedAttributes.None;
        var attributes = new List<KeyValuePair<ByteString, ByteString>>();
        for (var i = 0; i < count; i++)
            attributes.Add(new(ReadBytes(reader), ReadBytes(reader)));
        return ExtendedAttributes.Create(attributes);
    }

    static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    static ByteString ReadBytes(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        if (length is < 0 or > 1 << 20)
            throw new InvalidDataException($"layer index has a text of {length} bytes");
        var bytes = reader.ReadBytes(length);
        return bytes.Length == length ? new ByteString(bytes) : throw new EndOfStreamException();
    }

    static void WriteTime(BinaryWriter writer, FileTime time)
    {
        writer.Write7BitEncodedInt64(time.Seconds);
        writer.Write7BitEncodedInt(time.Nanoseconds);
    }

    static FileTime ReadTime(BinaryReader reader) => new(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt());
}
