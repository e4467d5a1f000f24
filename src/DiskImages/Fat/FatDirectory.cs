using System.Text;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Fat;

/// <summary>An entry of a directory.</summary>
/// <param name="Time">As on the disk: the date in the upper 16 bits, the time in two seconds in the lower.</param>
readonly record struct FatEntry(string Name, byte Attributes, uint Cluster, uint Size, uint Time)
{
    public bool IsReadOnly => (Attributes & 1) != 0;

    public bool IsLabel => (Attributes & 8) != 0;

    public bool IsDirectory => (Attributes & 0x10) != 0;
}

/// <summary>Reads directories: entries of 32 bytes, before which others may stand that have a long name.</summary>
static class FatDirectory
{
    const int EntryLength = 32, UnitsOfEntry = 13, MostParts = 20;
    const byte End = 0, Removed = 0xE5, RemovedAsLetter = 5, LongName = 0xF, LastPart = 0x40;

    /// <summary>What short names are written in, unless a mount says otherwise.</summary>
    static readonly Encoding shortNames = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <returns>In the order of the directory, labels among them, without "." and "..".</returns>
    public static IEnumerable<FatEntry> Read(byte[] directory, bool isLong)
    {
        var units = new char[MostParts * UnitsOfEntry];
        // How many parts of a long name are missing, and what they say of the name that they belong to; 0 and null for none.
        var (missing, length, checksum) = (-1, 0, (byte)0);
        for (var place = 0; place + EntryLength <= directory.Length && directory[place] != End; place += EntryLength)
        {
            var entry = directory.AsSpan(place, EntryLength);
            if (entry[0] == Removed)
            {
                missing = -1;
                continue;
            }
            if ((entry[11] & 0x3F) == LongName)
            {
                var part = entry[0] & ~LastPart;
                if ((entry[0] & LastPart) != 0 && part is > 0 and <= MostParts)
                    (missing, length, checksum) = (part, part * UnitsOfEntry, entry[13]);
                missing = part == missing && entry[13] == checksum ? part - 1 : -1;
                if (missing >= 0)
                    ReadPart(entry, units.AsSpan(missing * UnitsOfEntry));
                continue;
            }
            var name = missing == 0 && ChecksumOf(entry) == checksum ? ToName(units.AsSpan(0, length)) : ToShortName(entry);
            missing = -1;
            var cluster = Little16(entry, 26) | (isLong ? (uint)Little16(entry, 20) << 16 : 0);
            var found = new FatEntry((entry[11] & 8) != 0 ? ToLabel(entry) : name, entry[11], cluster, Little32(entry, 28), Little32(entry, 22));
            if (found.Name is not ("." or ".."))
                yield return found;
        }
    }

    /// <summary>A label, of eleven letters with blanks behind them.</summary>
    public static string ToLabel(ReadOnlySpan<byte> label) => Decode(label[..11]).TrimEnd(' ');

    static void ReadPart(ReadOnlySpan<byte> entry, Span<char> units)
    {
        ReadOnlySpan<int> places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
        for (var i = 0; i < places.Length; i++)
            units[i] = (char)Little16(entry, places[i]);
    }

    static string ToName(ReadOnlySpan<char> units) => new(units.IndexOf('\0') is var end and >= 0 ? units[..end] : units);

    // Windows keeps names that differ from short ones only in their case as such, with two bits for it.
    static string ToShortName(ReadOnlySpan<byte> entry)
    {
        const byte LowerBase = 8, LowerEnding = 16;
        var (start, ending) = (Decode(entry[..8]).TrimEnd(' '), Decode(entry[8..11]).TrimEnd(' '));
        if ((entry[12] & LowerBase) != 0)
            start = start.ToLowerInvariant();
        if ((entry[12] & LowerEnding) != 0)
            ending = ending.ToLowerInvariant();
        return ending.Length > 0 ? $"{start}.{ending}" : start;
    }

    static string Decode(ReadOnlySpan<byte> name)
    {
        var bytes = name.ToArray();
        if (bytes[0] == RemovedAsLetter)
            bytes[0] = Removed;
        return shortNames.GetString(bytes);
    }

    static byte ChecksumOf(ReadOnlySpan<byte> entry)
    {
        byte checksum = 0;
        foreach (var letter in entry[..11])
            checksum = (byte)((checksum << 7 | checksum >> 1) + letter);
        return checksum;
    }
}
