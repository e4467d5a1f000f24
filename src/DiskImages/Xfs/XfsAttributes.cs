using System.Buffers.Binary;
using System.Text;
using ImageSdk.DiskImages.Volumes;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>Reads extended attributes: from the inode, or from leaves, to which nodes may lead; long values lie in blocks of their own.</summary>
sealed class XfsAttributes(XfsVolume volume, XfsInode inode)
{
    const byte LocalValue = 1, Trusted = 2, Secure = 4, Parent = 8, Incomplete = 0x80;
    const ushort Leaf = 0xFBEE, LeafWithChecksum = 0x3BEE, Node = 0xFEBE, NodeWithChecksum = 0x3EBE;
    const int LongestValue = 1 << 16, MostPieces = 1 << 16, MostLevels = 8;

    static readonly Dictionary<string, string> accessLists = new() { ["SGI_ACL_FILE"] = "system.posix_acl_access", ["SGI_ACL_DEFAULT"] = "system.posix_acl_default" };

    readonly List<(string Name, byte[] Value)> all = [];
    List<ContentPiece> pieces = [];

    /// <summary>Access lists are in the form of the system calls.</summary>
    /// <exception cref="DiskImageException">They are damaged.</exception>
    public IReadOnlyList<(string Name, byte[] Value)> Read()
    {
        if (inode.LocalAttributes is { } local)
            ReadList(local.Span);
        else if ((pieces = [.. inode.AttributePieces().Take(MostPieces)]).Count > 0)
            ReadLeaves();
        return all;
    }

    void ReadList(ReadOnlySpan<byte> list)
    {
        var place = 4;
        for (var count = Byte(list, 2); count > 0; count--)
        {
            var (nameLength, valueLength, flags) = (Byte(list, place), Byte(list, place + 1), Byte(list, place + 2));
            Add(flags, Slice(list, place + 3, nameLength), Slice(list, place + 3 + nameLength, valueLength).ToArray());
            place += 3 + nameLength + valueLength;
        }
    }

    // Leaves are a chain, of which the first is down the left side of the tree.
    void ReadLeaves()
    {
        var block = ReadBlock(0);
        for (var level = MostLevels; Big16(block, 8) is Node or NodeWithChecksum; level--)
            block = level > 0 ? ReadBlock(Big32(block, (volume.HasChecksums ? 64 : 16) + 4)) : throw Senseless();
        for (var seen = new HashSet<uint>(); ;)
        {
            ReadLeaf(block);
            var next = Big32(block, 0);
            if (next == 0)
                return;
            block = seen.Add(next) ? ReadBlock(next) : throw Senseless();
        }
    }

    void ReadLeaf(ReadOnlySpan<byte> leaf)
    {
        if (Big16(leaf, 8) != (volume.HasChecksums ? LeafWithChecksum : Leaf))
            throw Senseless();
        var (count, entry) = (Big16(leaf, volume.HasChecksums ? 56 : 12), volume.HasChecksums ? 80 : 32);
        for (; count > 0; count--, entry += 8)
        {
            var (place, flags) = (Big16(leaf, entry + 4), Byte(leaf, entry + 6));
            if ((flags & Incomplete) != 0)
                continue;
            if ((flags & LocalValue) != 0)
            {
                var (valueLength, nameLength) = (Big16(leaf, place), Byte(leaf, place + 2));
                Add(flags, Slice(leaf, place + 3, nameLength), Slice(leaf, place + 3 + nameLength, valueLength).ToArray());
            }
            else
                Add(flags, Slice(leaf, place + 9, Byte(leaf, place + 8)), ReadRemote(Big32(leaf, place), Big32(leaf, place + 4)));
        }
    }

    byte[] ReadRemote(uint block, uint length)
    {
        if (length > LongestValue)
            throw Damaged($"an attribute of inode {inode.Number} has {length} bytes");
        var value = new byte[length];
        for (var done = 0; done < value.Length; block++)
        {
            var bytes = (volume.HasChecksums
                ? volume.ReadStructure(PlaceOf(block), volume.BlockSize, XfsHeader.Remote, inode.Number)[XfsHeader.RemoteLength..]
                : ReadPlain(block)).AsSpan();
            bytes = bytes[..Math.Min(bytes.Length, value.Length - done)];
            bytes.CopyTo(value.AsSpan(done));
            done += bytes.Length;
        }
        return value;
    }

    byte[] ReadPlain(uint block)
    {
        var bytes = new byte[volume.BlockSize];
        volume.Blocks.Read(PlaceOf(block), bytes);
        return bytes;
    }

    byte[] ReadBlock(uint block) => volume.ReadStructure(PlaceOf(block), volume.BlockSize, XfsHeader.Attributes, inode.Number);

    long PlaceOf(uint block)
    {
        var offset = (long)block * volume.BlockSize;
        foreach (var piece in pieces)
            if (offset >= piece.Offset && offset < piece.Offset + piece.Length)
                return piece.Place + offset - piece.Offset;
        throw Senseless();
    }

    void Add(byte flags, ReadOnlySpan<byte> nameBytes, byte[] value)
    {
        // Parents are the file system's own.
        if ((flags & Parent) != 0)
            return;
        var name = Encoding.UTF8.GetString(nameBytes);
        if ((flags & Trusted) != 0 && accessLists.TryGetValue(name, out var list))
            all.Add((list, ToSystemForm(value)));
        else
            all.Add((((flags & Trusted) != 0 ? "trusted." : (flags & Secure) != 0 ? "security." : "user.") + name, value));
    }

    // On the disk a count, then entries of type, id and permissions in twelve bytes; the calls give the form of acl(5).
    byte[] ToSystemForm(ReadOnlySpan<byte> list)
    {
        const uint SystemVersion = 2, NoId = uint.MaxValue;
        const int EntryLength = 12, SystemLength = 8;
        const uint User = 2, Group = 8;
        var count = Big32(list, 0);
        if (count > LongestValue / EntryLength)
            throw Senseless();
        var form = new byte[sizeof(uint) + count * SystemLength];
        BinaryPrimitives.WriteUInt32LittleEndian(form, SystemVersion);
        for (var i = 0; i < count; i++)
        {
            var entry = Slice(list, sizeof(uint) + i * EntryLength, EntryLength);
            var target = form.AsSpan(sizeof(uint) + i * SystemLength);
            var type = Big32(entry, 0);
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)type);
            BinaryPrimitives.WriteUInt16LittleEndian(target[2..], Big16(entry, 8));
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], type is User or Group ? Big32(entry, 4) : NoId);
        }
        return form;
    }

    DiskImageException Senseless() => Damaged($"the attributes of inode {inode.Number} contradict themselves");
}
