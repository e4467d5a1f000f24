using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImageSdk.Images;

/// <summary>
/// One SHA-512 for a whole tree. Equal for trees that unpack to the same thing; times are not part of it, nor are inode
/// numbers, the order of the lists or inodes without a name.
/// </summary>
/// <remarks>
/// Hashed: for every path in bytewise walk order the path, the type, mode, owners, extended attributes, and size with
/// object hash, generator, link target, or device number (not for pipes). A further name of an inode is hashed as the
/// place of its first name instead, so that hard links count. Numbers are little-endian, texts are preceded by their
/// length.
/// </remarks>
public static class TreeHash
{
    // Changes whenever what is hashed does.
    static ReadOnlySpan<byte> Header => "ImageSdk tree 1\n"u8;

    /// <exception cref="ImageFormatException">The tree cannot be walked.</exception>
    public static ObjectHash Compute(FileSystem fileSystem)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(Header);
        var places = new Dictionary<ulong, long>();
        long place = 0;
        foreach (var (path, number, inode) in FileSystemWalk.Walk(fileSystem, sorted: true))
        {
            Append(hash, path.Span);
            if (number is { } known && !places.TryAdd(known, place))
                AppendNumber(hash, 'H', (ulong)places[known]);
            else
                AppendInode(hash, inode);
            place++;
        }
        Span<byte> result = stackalloc byte[ObjectHash.Size];
        hash.GetHashAndReset(result);
        return new ObjectHash(result);
    }

    static void AppendInode(IncrementalHash hash, Inode inode)
    {
        AppendNumber(hash, 'u', inode.Uid);
        AppendNumber(hash, 'g', inode.Gid);
        if (inode is ModedInode { Mode: var mode })
            AppendNumber(hash, 'm', mode);
        foreach (var (name, value) in inode.ExtendedAttributes)
        {
            AppendNumber(hash, 'x', 0);
            Append(hash, name.Span);
            Append(hash, value.Span);
        }
        switch (inode)
        {
            case RegularInode regular:
                AppendNumber(hash, 'f', regular.Size);
                // The hash of an empty file does not matter.
                if (regular.Size > 0)
                    Append(hash, regular.Hash.Span);
                break;
            case ComputedInode computed:
                AppendNumber(hash, 'c', 0);
                Append(hash, ByteString.FromText(computed.Source).Span);
                break;
            case SymlinkInode symlink:
                AppendNumber(hash, 'l', 0);
                Append(hash, symlink.Target.Span);
                break;
            case SpecialInode special:
                var isDevice = (special.Mode & InodeMode.TypeMask) is InodeMode.Block or InodeMode.Character;
                AppendNumber(hash, 's', isDevice ? special.Rdev : 0);
                break;
            default:
                AppendNumber(hash, 'd', 0);
                break;
        }
    }

    static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        AppendNumber(hash, 'b', (ulong)bytes.Length);
        hash.AppendData(bytes);
    }

    static void AppendNumber(IncrementalHash hash, char tag, ulong number)
    {
        Span<byte> record = stackalloc byte[1 + sizeof(ulong)];
        record[0] = (byte)tag;
        BinaryPrimitives.WriteUInt64LittleEndian(record[1..], number);
        hash.AppendData(record);
    }
}
