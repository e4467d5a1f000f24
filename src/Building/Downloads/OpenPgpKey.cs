using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Building.Downloads;

/// <summary>A public OpenPGP key with all that belongs to it (RFC 9580).</summary>
/// <param name="Fingerprints">Of the key, and of its subkeys; in upper-case hexadecimal digits.</param>
/// <param name="Packets">As programs read them: without armor.</param>
sealed record OpenPgpKey(IReadOnlyList<string> Fingerprints, byte[] Packets)
{
    const long LongestFile = 4 << 20;
    const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----", End = "-----END PGP PUBLIC KEY BLOCK-----";
    const int PublicKey = 6, PublicSubkey = 14;

    /// <summary>Reads a file of keys, armored or not.</summary>
    /// <exception cref="InvalidDataException">It has no public key, or is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<OpenPgpKey> Read(string file) =>
        new FileInfo(file).Length > LongestFile ? throw new InvalidDataException($"it has more than {LongestFile} bytes") : Parse(File.ReadAllBytes(file));

    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<OpenPgpKey> Parse(byte[] content)
    {
        var keys = new List<OpenPgpKey>();
        // The first byte of a packet has its top bit set.
        foreach (var block in content.Length > 0 && (content[0] & 0x80) != 0 ? [content] : Dearmor(Encoding.Latin1.GetString(content)))
            keys.AddRange(Split(block));
        return keys.Count > 0 ? keys : throw new InvalidDataException("it has no public OpenPGP key, armored or not");
    }

    /// <summary>Whether a text can be a fingerprint, of version 4 or 6.</summary>
    public static bool IsFingerprint(string text) => Normalize(text) is { Length: 40 or 64 } digits && digits.All(char.IsAsciiHexDigit);

    /// <summary>A fingerprint as people write it, in groups or with 0x before it, as it is compared.</summary>
    public static string Normalize(string fingerprint)
    {
        var digits = fingerprint.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.StartsWith("0X", StringComparison.Ordinal) ? digits[2..] : digits;
    }

    static IEnumerable<byte[]> Dearmor(string text)
    {
        for (var at = 0; text.IndexOf(Begin, at, StringComparison.Ordinal) is >= 0 and var begin;)
        {
            var end = text.IndexOf(End, begin, StringComparison.Ordinal);
            if (end < 0)
                throw new InvalidDataException("its key block has no end");
            yield return Decode(text[(begin + Begin.Length)..end]);
            at = end + End.Length;
        }
    }

    static byte[] Decode(string block)
    {
        var lines = block.Split('\n').Select(line => line.Trim()).ToList();
        // Headers end at an empty line; the first line is the rest of the one that begins the block. A checksum begins with "=".
        var blank = lines.IndexOf("", 1);
        var body = string.Concat(lines.Skip(blank < 0 ? 1 : blank + 1).Where(line => line.Length > 0 && line[0] != '='));
        try
        {
            return Convert.FromBase64String(body);
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException("its key block is no base64", exception);
        }
    }

    static IEnumerable<OpenPgpKey> Split(byte[] packets)
    {
        var (start, fingerprints) = (0, new List<string>());
        for (var at = 0; at < packets.Length;)
        {
            var (tag, body, next) = ReadHeader(packets, at);
            if (tag == PublicKey && at > 0)
            {
                yield return new(fingerprints, packets[start..at]);
                (start, fingerprints) = (at, []);
            }
            if (at == start && tag != PublicKey)
                throw new InvalidDataException("it begins with something else than a public key");
            if (tag is PublicKey or PublicSubkey)
                fingerprints.Add(Fingerprint(packets.AsSpan(body, next - body)));
            at = next;
        }
        if (packets.Length > start)
            yield return new(fingerprints, packets[start..]);
    }

    static (int Tag, int Body, int Next) ReadHeader(byte[] packets, int at)
    {
        var first = packets[at];
        if ((first & 0x80) == 0)
            throw new InvalidDataException($"it is damaged at byte {at}");
        var isNew = (first & 0x40) != 0;
        var size = isNew ? SizeOfNew(ByteAt(packets, at + 1)) : (first & 3) switch { 0 => 1, 1 => 2, 2 => 4, _ => throw new InvalidDataException($"it has a packet without a length at byte {at}") };
        long length = 0;
        for (var i = 0; i < size; i++)
            length = length << 8 | ByteAt(packets, at + 1 + i);
        if (isNew)
            length = size switch { 2 => length - (192 << 8) + 192, 5 => length & uint.MaxValue, _ => length };
        var body = at + 1 + size;
        return length <= packets.Length - body ? (isNew ? first & 0x3F : first >> 2 & 0xF, body, body + (int)length) : throw new InvalidDataException($"it is cut off in the packet at byte {at}");
    }

    static int SizeOfNew(byte first) => first switch { < 192 => 1, < 224 => 2, 255 => 5, _ => throw new InvalidDataException("it has a packet in parts") };

    static byte ByteAt(byte[] packets, int at) => at < packets.Length ? packets[at] : throw new InvalidDataException("it is cut off in a packet's length");

    static string Fingerprint(ReadOnlySpan<byte> body)
    {
        if (body.Length == 0)
            throw new InvalidDataException("it has an empty key");
        var isLong = body[0] > 4;
        byte[] hashed = [(byte)(isLong ? 0x95 + body[0] : 0x99), .. isLong ? new byte[4] : new byte[2], .. body];
        if (isLong)
            BinaryPrimitives.WriteInt32BigEndian(hashed.AsSpan(1), body.Length);
        else
            BinaryPrimitives.WriteUInt16BigEndian(hashed.AsSpan(1), (ushort)body.Length);
#pragma warning disable CA5350 // Fingerprints of version 4 are SHA-1 by definition.
        return Convert.ToHexString(isLong ? SHA256.HashData(hashed) : SHA1.HashData(hashed));
#pragma warning restore CA5350
    }
}
