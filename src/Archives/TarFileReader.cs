using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Archives;

/// <summary>
/// Reads the entries of a tar file: V7, USTAR, GNU (long names, large numbers) and PAX, with sparse files in the form that GNU tar writes there (1.0). The platform's reader takes names
/// for text and stumbles over a new-line in one, which this one does not.
/// </summary>
sealed class TarFileReader(Stream file)
{
    const int BlockSize = TarHeader.BlockSize;
    const int MaximumExtension = 1 << 20;
    const int ShownOfName = 60;

    // As star, GNU tar and bsdtar write extended attributes; a name has 255 bytes at most (xattr(7)).
    const string AttributePrefix = "SCHILY.xattr.";
    const int LongestAttributeName = 255;

    readonly byte[] block = new byte[BlockSize];
    readonly Dictionary<string, byte[]> global = [];
    long next;

    /// <summary>The next entry; null at the end. The position of the file is then the start of the content.</summary>
    /// <exception cref="InvalidDataException">The file is cut, damaged or no tar file.</exception>
    public TarFileEntry? Read()
    {
        var records = new Dictionary<string, byte[]>(global);
        while (true)
        {
            file.Position = next;
            var length = file.ReadAtLeast(block, BlockSize, throwOnEndOfStream: false);
            if (length == 0 || length == BlockSize && !block.AsSpan().ContainsAnyExcept((byte)0))
                return null;
            if (length < BlockSize || !HasChecksum())
                throw new InvalidDataException($"there is no header at byte {next}");
            var size = Number(124, 12);
            if (size < 0)
                throw new InvalidDataException($"an entry of negative length at byte {next}");
            var type = (char)block[156];
            if (type is not ('x' or 'g' or 'L' or 'K'))
                return ToEntry(type, size, records);
            ReadExtension(type, size, records);
        }
    }

    void ReadExtension(char type, long size, Dictionary<string, byte[]> records)
    {
        if (size > MaximumExtension)
            throw new InvalidDataException($"a header of {size} bytes at byte {next}");
        var content = new byte[size];
        if (file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length)
            throw new InvalidDataException("it is cut");
        switch (type)
        {
            case 'L':
                records["path"] = Text(content).ToArray();
                break;
            case 'K':
                records["linkpath"] = Text(content).ToArray();
                break;
            default:
                ReadRecords(content, type == 'g' ? global : records);
                break;
        }
        next += BlockSize + size + TarHeader.Padding((ulong)size);
    }

    // "LENGTH KEY=VALUE\n", where the length says how far, whatever is in between.
    static void ReadRecords(ReadOnlySpan<byte> content, Dictionary<string, byte[]> records)
    {
        while (!content.IsEmpty)
        {
            var blank = content.IndexOf((byte)' ');
            if (blank <= 0 || !int.TryParse(content[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= blank + 1 || length > content.Length || content[length - 1] != '\n')
                throw new InvalidDataException("a PAX record is malformed");
            var record = content[(blank + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw new InvalidDataException("a PAX record is malformed");
            // What a header says for all that follow is kept with each of them: no more than is used.
            if (Encoding.UTF8.GetString(record[..equals]) is var key && IsUsed(key))
                records[key] = record[(equals + 1)..].ToArray();
            content = content[length..];
        }
    }

    static bool IsUsed(string key) =>
        key is "path" or "linkpath" or "size" or "uid" or "gid" or "mtime" || (key.StartsWith("GNU.sparse.", StringComparison.Ordinal) && key.Length < 24)
        || (key.StartsWith(AttributePrefix, StringComparison.Ordinal) && key.Length <= AttributePrefix.Length + LongestAttributeName);

    static IReadOnlyList<(string, byte[])> AttributesOf(Dictionary<string, byte[]> records) => records.Count == 0 ? [] :
    [
        .. records.Where(record => record.Key.StartsWith(AttributePrefix, StringComparison.Ordinal)).Select(record => (record.Key[AttributePrefix.Length..], record.Value)),
    ];

    TarFileEntry ToEntry(char type, long size, Dictionary<string, byte[]> records)
    {
        // Links have no content, whatever their headers say.
        var length = type is '1' or '2' or '3' or '4' or '5' or '6' ? 0 : RecordNumber(records, "size") ?? size;
        var start = next + BlockSize;
        next = checked(start + length + TarHeader.Padding((ulong)length));
        if (start + length > file.Length)
            throw new InvalidDataException("it is cut");
        var pieces = SparsePieces(records, start, length);
        var name = records.GetValueOrDefault("GNU.sparse.name") ?? records.GetValueOrDefault("path") ?? PlainName();
        var link = records.GetValueOrDefault("linkpath") ?? Text(block.AsSpan(157, 100)).ToArray();
        Check(name, PathLimits.FindFault(WithoutDot(name)));
        Check(link, link.Length > PathLimits.Path ? $"link longer than {PathLimits.Path} bytes" : null);
        return new()
        {
            Name = new(name),
            LinkName = new(link),
            Type = type,
            Mode = (uint)Number(100, 8) & InodeMode.PermissionMask,
            Uid = (uint)(RecordNumber(records, "uid") ?? Number(108, 8)),
            Gid = (uint)(RecordNumber(records, "gid") ?? Number(116, 8)),
            Mtime = records.TryGetValue("mtime", out var time) ? Time(time) : new(Number(136, 12), 0),
            DeviceMajor = (uint)Number(329, 8),
            DeviceMinor = (uint)Number(337, 8),
            Start = start,
            Length = pieces is null ? length : RecordNumber(records, "GNU.sparse.realsize") ?? throw new InvalidDataException("a sparse file without a size"),
            Pieces = pieces,
            Attributes = AttributesOf(records),
        };
    }

    // No system makes such names, and each of them stands for a megabyte here.
    static void Check(ReadOnlySpan<byte> name, string? fault)
    {
        if (fault is not null)
            throw new InvalidDataException($"{fault}: {Encoding.UTF8.GetString(name[..ShownOfName])}…");
    }

    static ReadOnlySpan<byte> WithoutDot(ReadOnlySpan<byte> name) => name.StartsWith("./"u8) ? name[2..] : name;

    /// <summary>The map before the content of a sparse file: numbers a line each, the first of them how many pairs follow.</summary>
    List<TarPiece>? SparsePieces(Dictionary<string, byte[]> records, long start, long length)
    {
        if (!records.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
            return null;
        if (RecordNumber(records, "GNU.sparse.major") is not 1 || RecordNumber(records, "GNU.sparse.minor") is not 0)
            throw new InvalidDataException("a sparse file in a form other than GNU tar's 1.0");
        var read = 0L;
        file.Position = start;
        var count = Line();
        var map = new List<(long Place, long Length)>();
        for (var pair = 0L; pair < count; pair++)
            map.Add((Line(), Line()));
        var at = start + read + TarHeader.Padding((ulong)read);
        var size = RecordNumber(records, "GNU.sparse.realsize") ?? 0;
        var (pieces, end) = (new List<TarPiece>(), 0L);
        foreach (var (place, pieceLength) in map)
        {
            if (place < end || pieceLength > size - place || at + pieceLength > start + length)
                throw new InvalidDataException("the map of a sparse file does not fit it");
            if (pieceLength > 0)
                pieces.Add(new(place, at, pieceLength));
            end = place + pieceLength;
            at += pieceLength;
        }
        return pieces;

        long Line()
        {
            var number = 0L;
            for (int value; ;)
            {
                value = read < length ? file.ReadByte() : -1;
                read++;
                if (value == '\n')
                    return number;
                if (value is < '0' or > '9' || number > long.MaxValue / 100)
                    throw new InvalidDataException("the map of a sparse file is malformed");
                number = number * 10 + value - '0';
            }
        }
    }

    byte[] PlainName()
    {
        var name = Text(block.AsSpan(0, 100));
        // Only USTAR itself has a prefix there; "ustar  " is GNU's.
        var prefix = block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(block.AsSpan(345, 155)) : [];
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    static long? RecordNumber(Dictionary<string, byte[]> records, string key) => !records.TryGetValue(key, out var value) ? null
        : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidDataException($"the PAX record {key} is no number");

    // Seconds with a fraction, which may be negative as a whole.
    static FileTime Time(ReadOnlySpan<byte> text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            || Math.Abs(time) > long.MaxValue / 2)
            throw new InvalidDataException("the PAX record mtime is no time");
        var seconds = Math.Floor(time);
        return new((long)seconds, (int)((time - seconds) * 1_000_000_000));
    }

    bool HasChecksum()
    {
        var expected = Number(148, 8);
        var sum = 8L * ' ';
        for (var index = 0; index < BlockSize; index++)
        {
            if (index is < 148 or >= 156)
                sum += block[index];
        }
        return sum == expected;
    }

    static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    /// <summary>Octal digits, or, where the highest bit is set, a large number in two's complement.</summary>
    long Number(int start, int length)
    {
        ReadOnlySpan<byte> field = block.AsSpan(start, length);
        if ((field[0] & 0x80) != 0)
        {
            Span<byte> last = stackalloc byte[sizeof(long)];
            field[^Math.Min(length, sizeof(long))..].CopyTo(last[^Math.Min(length, sizeof(long))..]);
            // In a field of eight bytes the mark is in the number's own first byte.
            if (length == sizeof(long))
                last[0] = (byte)((field[0] & 0x40) != 0 ? field[0] : field[0] & 0x7F);
            return BinaryPrimitives.ReadInt64BigEndian(last);
        }
        var digits = field.Trim(" \0"u8);
        var number = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || number > long.MaxValue >> 3)
                throw new InvalidDataException($"a malformed number at byte {next + start}");
            number = number << 3 | (uint)(digit - '0');
        }
        return number;
    }
}
