using System.Buffers.Binary;
using System.Text;

namespace ImageSdk.Packages.Rpm;

/// <summary>
/// Reads the blobs of a table of an SQLite database ("Database File Format"), with the pages that its log has later ones of. A table is a tree of pages, whose cells have a record
/// each; what does not fit into its page goes on in a chain of others.
/// </summary>
/// <param name="log">Null where there is none.</param>
sealed class SqliteTable(RpmFile file, RpmFile? log)
{
    /// <summary>What the name of the log has behind that of the database.</summary>
    public const string LogSuffix = "-wal";

    const int HeaderLength = 100, DeepestTree = 20;
    const byte Leaf = 13, Interior = 5;

    readonly HashSet<uint> visited = [];
    readonly long mostBytes = file.Length + (log?.Length ?? 0);
    SqliteLog? newer;
    int pageSize, usable;
    long total;

    /// <summary>The blob of each row, in the order of their numbers.</summary>
    /// <exception cref="InvalidDataException">The database is damaged, or has no such table.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> ReadBlobs(string table)
    {
        var header = file.Read(0, HeaderLength);
        if (!header.AsSpan().StartsWith("SQLite format 3\0"u8))
            throw new InvalidDataException("its database (rpmdb.sqlite) is no database of SQLite");
        pageSize = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var size && size == 1 ? 1 << 16 : size;
        usable = pageSize - header[20];
        if (pageSize < 512 || (pageSize & (pageSize - 1)) != 0 || usable < 480)
            throw Damaged();
        newer = log is { Length: > 0 } ? SqliteLog.TryRead(log, pageSize) : null;
        foreach (var record in ReadTree(1, DeepestTree))
            if (Values(record.Span) is [{ Text: "table" }, { Text: var name }, _, { Number: > 0 and <= uint.MaxValue and var root }, ..] && name == table)
                return ReadTree((uint)root, DeepestTree).Select(row => Values(row.Span).FirstOrDefault(value => value.IsBlob) is { IsBlob: true } blob ? row.Slice(blob.Place, blob.Length) : throw Damaged());
        throw new InvalidDataException($"its database (rpmdb.sqlite) has no table {table}");
    }

    IEnumerable<ReadOnlyMemory<byte>> ReadTree(uint number, int depth)
    {
        if (depth == 0 || !visited.Add(number))
            throw Damaged();
        var page = ReadPage(number);
        var start = number == 1 ? HeaderLength : 0;
        var (type, count) = (page[start], BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + 3)));
        var cells = start + (type == Leaf ? 8 : 12);
        if (type is not (Leaf or Interior) || cells + count * sizeof(ushort) > usable)
            throw Damaged();
        for (var i = 0; i < count; i++)
        {
            int place = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(cells + i * sizeof(ushort)));
            if (place + sizeof(uint) > usable)
                throw Damaged();
            if (type == Leaf)
                yield return ReadRecord(page, place);
            else
                foreach (var record in ReadTree(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(place)), depth - 1))
                    yield return record;
        }
        if (type == Interior)
            foreach (var record in ReadTree(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(start + 8)), depth - 1))
                yield return record;
    }

    ReadOnlyMemory<byte> ReadRecord(byte[] page, int place)
    {
        var length = ReadNumber(page.AsSpan(0, usable), ref place);
        ReadNumber(page.AsSpan(0, usable), ref place);
        if (length is < 0 or > RpmFile.LongestBlob || (total += length) > mostBytes)
            throw Damaged();
        // What stays in the page follows from the length.
        var (most, least) = (usable - 35, (usable - 12) * 32 / 255 - 23);
        var rest = least + (int)((length - least) % (usable - 4));
        var local = length <= most ? (int)length : rest <= most ? rest : least;
        if (local > usable - place)
            throw Damaged();
        if (local == length)
            return page.AsMemory(place, local);
        var record = new byte[length];
        page.AsSpan(place, local).CopyTo(record);
        var next = place + local + sizeof(uint) <= usable ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(place + local)) : throw Damaged();
        for (var done = local; done < record.Length;)
        {
            var more = ReadPage(next);
            var part = Math.Min(usable - sizeof(uint), record.Length - done);
            more.AsSpan(sizeof(uint), part).CopyTo(record.AsSpan(done));
            done += part;
            next = BinaryPrimitives.ReadUInt32BigEndian(more);
        }
        return record;
    }

    byte[] ReadPage(uint number)
    {
        if (number == 0)
            throw Damaged();
        return newer?.TryReadPage(number) ?? file.Read((number - 1L) * pageSize, pageSize);
    }

    readonly record struct Value(string Text, long Number, bool IsBlob, int Place, int Length);

    // A header of types, then the values.
    static List<Value> Values(ReadOnlySpan<byte> record)
    {
        var values = new List<Value>();
        var at = 0;
        var headerLength = ReadNumber(record, ref at);
        if (headerLength < at || headerLength > record.Length)
            throw Damaged();
        for (var place = (int)headerLength; at < headerLength;)
        {
            var type = ReadNumber(record[..(int)headerLength], ref at);
            var length = type switch { 0 or 8 or 9 => 0, >= 1 and <= 4 => type, 5 => 6, 6 or 7 => 8, >= 12 => (type - 12) / 2, _ => throw Damaged() };
            if (length > record.Length - place)
                throw Damaged();
            var bytes = record.Slice(place, (int)length);
            values.Add(type >= 12
                ? new(type % 2 == 1 ? Encoding.UTF8.GetString(bytes) : "", 0, type % 2 == 0, place, (int)length)
                : new("", type == 9 ? 1 : type is >= 1 and <= 6 ? ToNumber(bytes) : 0, false, place, (int)length));
            place += (int)length;
        }
        return values;
    }

    static long ToNumber(ReadOnlySpan<byte> bytes)
    {
        long number = (sbyte)bytes[0];
        foreach (var value in bytes[1..])
            number = number << 8 | value;
        return number;
    }

    // Seven bits a byte, the highest first; the ninth has eight.
    static long ReadNumber(ReadOnlySpan<byte> bytes, ref int place)
    {
        long number = 0;
        for (var i = 0; i < 9; i++)
        {
            if (place >= bytes.Length)
                throw Damaged();
            var value = bytes[place++];
            if (i == 8)
                return number << 8 | value;
            number = number << 7 | (long)(value & 0x7F);
            if (value < 0x80)
                break;
        }
        return number;
    }

    static InvalidDataException Damaged() => new("its database (rpmdb.sqlite) is damaged");
}
