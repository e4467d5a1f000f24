using System.Globalization;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Archives;

/// <summary>
/// The header of a tar entry, in the bytes that the original writes: USTAR, with a PAX header in front where a name is
/// long or not ASCII, or a number does not fit. Names are bytes.
/// </summary>
sealed class TarHeader
{
    public const int BlockSize = 512;

    const int NameSize = 100;
    const int PrefixSize = 155;
    const long MaximumSmall = 0x1F_FFFF; // Seven octal digits.
    const long MaximumLarge = 0x1_FFFF_FFFF; // Eleven.

    public required ByteString Name { get; init; }

    public required char Type { get; init; }

    public ByteString LinkName { get; init; }

    public uint Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Bytes of the content behind the header.</summary>
    public ulong Size { get; init; }

    /// <summary>Rounded to seconds.</summary>
    public FileTime Mtime { get; init; }

    public ulong DeviceMajor { get; init; }

    public ulong DeviceMinor { get; init; }

    /// <summary>Kept as GNU tar, bsdtar and container tools do (SCHILY.xattr records). The original writes none.</summary>
    public ExtendedAttributes ExtendedAttributes { get; init; } = ExtendedAttributes.None;

    /// <summary>More records, for which there is no field.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Records { get; init; } = [];

    /// <returns>Bytes written.</returns>
    public long Write(Stream output)
    {
        var seconds = Mtime.Nanoseconds >= 500_000_000 ? Mtime.Seconds + 1 : Mtime.Seconds;
        var records = FindRecords(seconds);
        var extended = records is null ? 0 : WriteExtended(output, records);
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        if (records is null && TrySplit(Name.Span, out var slash))
        {
            Name.Span[(slash + 1)..].CopyTo(block);
            Name.Span[..slash].CopyTo(block[345..]);
        }
        else
            CopyText(Name.Span, block[..NameSize]);
        Fill(block, Type, Mode, Uid, Gid, (long)Size, seconds);
        CopyText(LinkName.Span, block.Slice(157, NameSize));
        WriteOctal(block.Slice(329, 8), (long)DeviceMajor);
        WriteOctal(block.Slice(337, 8), (long)DeviceMinor);
        Finish(block);
        output.Write(block);
        return extended + BlockSize;
    }

    /// <summary>The type of an inode's first name; later ones are hard links ('1').</summary>
    public static char TypeOf(Inode inode) => inode switch
    {
        DirectoryInode => '5',
        SymlinkInode => '2',
        SpecialInode special => (special.Mode & InodeMode.TypeMask) switch
        {
            InodeMode.Character => '3',
            InodeMode.Block => '4',
            _ => '6',
        },
        _ => '0',
    };

    /// <summary>Bytes that make the content behind a header a whole number of blocks.</summary>
    public static int Padding(ulong size) => (int)((BlockSize - size % BlockSize) % BlockSize);

    /// <summary>What does not fit into the plain header. A name that could be split is repeated where anything else does not.</summary>
    /// <returns>Null for most: nothing.</returns>
    SortedDictionary<string, byte[]>? FindRecords(long seconds)
    {
        SortedDictionary<string, byte[]>? records = null;
        var isPlain = true;
        AddText("path", Name.Span, TrySplit(Name.Span, out _));
        AddText("linkpath", LinkName.Span, false);
        AddNumber("uid", Uid, MaximumSmall);
        AddNumber("gid", Gid, MaximumSmall);
        AddNumber("size", (long)Size, MaximumLarge);
        AddNumber("mtime", seconds, MaximumLarge);
        foreach (var (name, value) in Records)
        {
            Add(name, value);
            isPlain = false;
        }
        foreach (var (name, value) in ExtendedAttributes)
        {
            // A key ends at the first "=", and is text for all readers: names of other bytes do not occur in practice.
            Add($"SCHILY.xattr.{name}", value.Span.ToArray());
            isPlain = false;
        }
        return isPlain ? null : records;

        void Add(string key, byte[] value) => (records ??= new(StringComparer.Ordinal))[key] = value;

        void AddText(string key, ReadOnlySpan<byte> text, bool canSplit)
        {
            if (text.Length <= NameSize && IsAscii(text))
                return;
            Add(key, text.ToArray());
            isPlain &= canSplit;
        }

        void AddNumber(string key, long number, long limit)
        {
            if (number >= 0 && number <= limit)
                return;
            Add(key, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
            isPlain = false;
        }
    }

    long WriteExtended(Stream output, SortedDictionary<string, byte[]> records)
    {
        using var content = new MemoryStream();
        foreach (var (key, value) in records)
            content.Write(Record(key, value));
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        CopyText(ExtendedName(), block[..NameSize]);
        Fill(block, 'x', 0, 0, 0, content.Length, 0);
        Finish(block);
        output.Write(block);
        content.WriteTo(output);
        var padding = Padding((ulong)content.Length);
        output.Write(new byte[padding]);
        return BlockSize + content.Length + padding;
    }

    static void Fill(Span<byte> block, char type, uint mode, uint uid, uint gid, long size, long seconds)
    {
        WriteOctal(block.Slice(100, 8), mode);
        WriteOctal(block.Slice(108, 8), uid);
        WriteOctal(block.Slice(116, 8), gid);
        WriteOctal(block.Slice(124, 12), size);
        WriteOctal(block.Slice(136, 12), seconds);
        block[156] = (byte)type;
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);
    }

    static void Finish(Span<byte> block)
    {
        block.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in block)
            sum += value;
        WriteOctal(block.Slice(148, 7), sum);
    }

    // What does not fit is in a PAX record; the field says zero then.
    static void WriteOctal(Span<byte> field, long number)
    {
        var digits = field[..^1];
        var fits = number >= 0 && number >> 3 * digits.Length == 0;
        for (var rest = fits ? number : 0; digits.Length > 0; rest >>= 3, digits = digits[..^1])
            digits[^1] = (byte)('0' + (rest & 7));
        field[^1] = 0;
    }

    // Without what is not ASCII, and cut: the whole name is in a PAX record then.
    static void CopyText(ReadOnlySpan<byte> text, Span<byte> field)
    {
        var length = 0;
        var isCut = false;
        foreach (var value in text)
        {
            if (value is 0 or >= 0x80)
                continue;
            isCut = length == field.Length;
            if (isCut)
                break;
            field[length++] = value;
        }
        if (!isCut || field[^1] != '/')
            return;
        // A cut must not make a directory of a name.
        var end = field.TrimEnd((byte)'/').Length;
        if (end < field.Length)
            field[end] = 0;
    }

    static bool TrySplit(ReadOnlySpan<byte> name, out int slash)
    {
        slash = -1;
        if (name.Length <= NameSize || !IsAscii(name))
            return false;
        var length = name.Length > PrefixSize + 1 ? PrefixSize + 1 : name[^1] == '/' ? name.Length - 1 : name.Length;
        slash = name[..length].LastIndexOf((byte)'/');
        var rest = name.Length - slash - 1;
        return slash is > 0 and <= PrefixSize && rest is > 0 and <= NameSize;
    }

    static bool IsAscii(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)1, (byte)0x7F);

    // A file of that name beside the entry, for readers that do not know such headers.
    ReadOnlySpan<byte> ExtendedName()
    {
        var parts = Encoding.Latin1.GetString(Name.Span).Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        var last = Name.Span[^1] == '/' || parts.Count == 0 ? "" : parts[^1];
        if (last.Length > 0)
            parts.RemoveAt(parts.Count - 1);
        parts.Add("PaxHeaders.0");
        if (last.Length > 0)
            parts.Add(last);
        return Encoding.Latin1.GetBytes(string.Join('/', parts));
    }

    // "LENGTH KEY=VALUE\n", where the length counts itself.
    static byte[] Record(string key, byte[] value)
    {
        var rest = 1 + Encoding.ASCII.GetByteCount(key) + 1 + value.Length + 1;
        var length = rest + rest.ToString(CultureInfo.InvariantCulture).Length;
        length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        return [.. Encoding.ASCII.GetBytes($"{length} {key}="), .. value, (byte)'\n'];
    }
}
