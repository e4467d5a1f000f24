using System.Buffers.Binary;
using System.Text;

namespace ImageSdk.Packages.Rpm;

/// <summary>
/// The header of a package, as databases keep it (RPM's "Package format", without the magic numbers of a file): an index of tags, each with its type, place and count, and the
/// data that they lie in. All numbers are in network order.
/// </summary>
sealed class RpmHeader
{
    const int IntroLength = 8, EntryLength = 16, MostEntries = 1 << 16;
    const uint Int32 = 4, Int64 = 5, Text = 6, TextArray = 8, LocalizedText = 9;

    readonly ReadOnlyMemory<byte> data;
    readonly Dictionary<uint, (uint Type, int Place, uint Count)> tags = [];

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public RpmHeader(ReadOnlyMemory<byte> blob)
    {
        if (blob.Length < IntroLength)
            throw Damaged();
        var (entries, length) = (Big32(blob.Span, 0), Big32(blob.Span, 4));
        if (entries is 0 or > MostEntries || length > blob.Length - IntroLength - (long)entries * EntryLength)
            throw Damaged();
        data = blob.Slice(IntroLength + (int)entries * EntryLength, (int)length);
        for (var i = 0; i < entries; i++)
        {
            var entry = blob.Span.Slice(IntroLength + i * EntryLength, EntryLength);
            var place = Big32(entry, 8);
            // What a signature covers comes first; of a tag that was added again behind it, the first one counts.
            if (place < data.Length)
                tags.TryAdd(Big32(entry, 0), (Big32(entry, 4), (int)place, Big32(entry, 12)));
        }
    }

    /// <summary>What a list of packages needs.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or has no name.</exception>
    public RpmPackage ToPackage()
    {
        var (name, version, release) = (Read(1000), Read(1001), Read(1002));
        if (name.Length == 0 || version.Length == 0)
            throw Damaged();
        return new(name, (uint?)ReadNumber(1003), version, release, Read(1022), Read(1044), Read(1011), Read(1015), Read(1020), Read(1014), Read(1004),
            ReadNumber(5009) ?? ReadNumber(1009) ?? 0, ReadAll(1049), ReadAll(1047));
    }

    string Read(uint tag) => ReadAll(tag) is [var first, ..] ? first : "";

    ulong? ReadNumber(uint tag) => !tags.TryGetValue(tag, out var entry) || entry.Count == 0 ? null : entry.Type switch
    {
        Int32 when entry.Place <= data.Length - 4 => Big32(data.Span, entry.Place),
        Int64 when entry.Place <= data.Length - 8 => BinaryPrimitives.ReadUInt64BigEndian(data.Span[entry.Place..]),
        _ => throw Damaged(),
    };

    // Of localized texts, the first is the one without a language.
    List<string> ReadAll(uint tag)
    {
        var texts = new List<string>();
        if (!tags.TryGetValue(tag, out var entry))
            return texts;
        if (entry.Type is not (Text or TextArray or LocalizedText))
            throw Damaged();
        var rest = data.Span[entry.Place..];
        for (var count = entry.Type == Text ? 1 : entry.Count; count > 0; count--)
        {
            var end = rest.IndexOf((byte)0);
            if (end < 0)
                throw Damaged();
            texts.Add(Encoding.UTF8.GetString(rest[..end]));
            rest = rest[(end + 1)..];
        }
        return texts;
    }

    static uint Big32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    static InvalidDataException Damaged() => new("the header of a package is damaged");
}
