using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Archives;

/// <summary>
/// Writes a tree as a tar file (PAX) whose bytes depend on nothing but the tree: in its order, with its owners, modes, times and
/// extended attributes. Contents come from the mounted root.
/// </summary>
/// <param name="epoch">The time of what has none in the tree.</param>
/// <param name="prefix">What names begin with: "./", or nothing.</param>
sealed class TarTreeWriter(FileSystem tree, DirectoryHandle root, FileTime epoch, string prefix, CancellationToken cancellation)
{
    const int BufferSize = 1 << 18;

    /// <summary>Headers and small files are gathered; larger ones go through without another copy.</summary>
    const int GatheredSize = 1 << 14;

    /// <summary>A tar file ends with two empty blocks; further ones fill the last record of 20 blocks.</summary>
    const int RecordSize = 20 * TarHeader.BlockSize;

    static readonly byte[] Zeros = new byte[RecordSize];

    readonly byte[] buffer = new byte[BufferSize];
    readonly byte[] prefixBytes = System.Text.Encoding.UTF8.GetBytes(prefix);
    long length;

    /// <summary>Whether the root directory has an entry.</summary>
    public bool HasRoot { get; init; } = true;

    /// <summary>Whether files with long runs of zeros are written without them, in GNU tar's form; not all readers know it.</summary>
    public bool LeavesOutZeros { get; init; }

    /// <summary>Which extended attributes are written; all unless said.</summary>
    public Func<ByteString, bool> TakesAttribute { get; init; } = _ => true;

    /// <exception cref="ImageFormatException">The tree cannot be walked.</exception>
    /// <exception cref="IOException">The root lacks a file of the tree, or writing failed.</exception>
    public void Write(Stream target)
    {
        var output = new BufferedStream(target, GatheredSize);
        var firstNames = new Dictionary<ulong, ByteString>();
        foreach (var (path, number, inode) in tree.Index.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (number is null && !HasRoot)
                continue;
            var name = NameOf(path, inode is DirectoryInode);
            if (inode is not DirectoryInode && !firstNames.TryAdd(number!.Value, path))
            {
                WriteHeader(output, name, inode, '1', NameOf(firstNames[number.Value], isDirectory: false), 0);
                continue;
            }
            var size = inode is RegularInode file ? file.Size : 0;
            if (LeavesOutZeros && FindZeros(path, size) is { } map)
                WriteSparse(output, name, path, inode, map);
            else
            {
                WriteHeader(output, name, inode, TarHeader.TypeOf(inode), inode is SymlinkInode link ? link.Target : default, size);
                if (size > 0)
                    WriteContent(output, path, size);
            }
        }
        output.Write(Zeros.AsSpan(0, 2 * TarHeader.BlockSize));
        length += 2 * TarHeader.BlockSize;
        output.Write(Zeros.AsSpan(0, (int)((RecordSize - length % RecordSize) % RecordSize)));
        output.Flush();
    }

    SparseMap? FindZeros(ByteString path, ulong size)
    {
        if (!SparseReader.IsWorthIt(size))
            return null;
        using var file = root.OpenBeneath(path.Span[1..]);
        return SparseMap.Of(file, size, buffer, cancellation);
    }

    void WriteSparse(Stream output, ByteString name, ByteString path, Inode inode, SparseMap map)
    {
        var text = map.Text;
        var size = (ulong)(text.Length + map.ContentLength);
        var (shown, records) = map.Describe(name);
        WriteHeader(output, shown, inode, '0', default, size, records);
        output.Write(text);
        using var file = root.OpenBeneath(path.Span[1..]);
        foreach (var (start, pieceLength) in map.Pieces)
        {
            file.Seek(start);
            Copy(file.Read, output, path, (ulong)pieceLength, (ulong)map.Size);
        }
        Pad(output, size);
    }

    void WriteHeader(
        Stream output, ByteString name, Inode inode, char type, ByteString link, ulong size, IReadOnlyList<KeyValuePair<string, byte[]>>? records = null)
    {
        var (major, minor) = inode is SpecialInode special && type is '3' or '4' ? DeviceNumber.Decode(special.Rdev) : default;
        length += new TarHeader
        {
            Name = name,
            Type = type,
            LinkName = link,
            Mode = inode is ModedInode moded ? moded.Mode & InodeMode.PermissionMask : Permissions.All,
            Uid = inode.Uid,
            Gid = inode.Gid,
            Size = size,
            Mtime = FileTime.Of(inode) ?? epoch,
            DeviceMajor = major,
            DeviceMinor = minor,
            Records = records ?? [],
            // Of a hard link they are the first name's.
            ExtendedAttributes = type == '1' ? ExtendedAttributes.None : AttributesOf(inode),
        }.Write(output);
    }

    ExtendedAttributes AttributesOf(Inode inode) => inode.ExtendedAttributes.Count == 0
        ? inode.ExtendedAttributes
        : ExtendedAttributes.Create(inode.ExtendedAttributes.Where(attribute => TakesAttribute(attribute.Key)));

    void WriteContent(Stream output, ByteString path, ulong size)
    {
        using var file = root.OpenBeneath(path.Span[1..]);
        Copy(SparseReader.IsWorthIt(size) ? file.ReadSparse : file.Read, output, path, size, size);
        Pad(output, size);
    }

    void Copy(ContentReader read, Stream output, ByteString path, ulong count, ulong size)
    {
        for (var rest = count; rest > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var taken = read(buffer.AsSpan(0, (int)Math.Min(rest, BufferSize)));
            if (taken == 0)
                throw new IOException($"{path} is shorter than the image says ({size} bytes). The cache is damaged: imagesdk cache verify --content --repair.");
            output.Write(buffer.AsSpan(0, taken));
            rest -= (ulong)taken;
        }
    }

    void Pad(Stream output, ulong size)
    {
        output.Write(Zeros.AsSpan(0, TarHeader.Padding(size)));
        length += (long)size + TarHeader.Padding(size);
    }

    // "./" for the root, "./etc/" for a directory, "./etc/passwd" for the others.
    ByteString NameOf(ByteString path, bool isDirectory) => path.Length == 1
        ? "./"
        : new ByteString([.. prefixBytes, .. path.Span[1..], .. isDirectory ? "/"u8 : []]);
}
