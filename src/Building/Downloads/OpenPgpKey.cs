using System.Text;

namespace ImageSdk.Building.Downloads;

/// <summary>OpenPGP keys as gpgv reads them, without the armor that they may be published in (RFC 9580, section 6).</summary>
static class OpenPgpKey
{
    const long LongestFile = 4 << 20;
    const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----", End = "-----END PGP PUBLIC KEY BLOCK-----";

    /// <summary>Reads a key file of either form.</summary>
    /// <exception cref="InvalidDataException">It has no public key.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string file) =>
        new FileInfo(file).Length > LongestFile ? throw new InvalidDataException($"it has more than {LongestFile} bytes") : Parse(File.ReadAllBytes(file));

    /// <inheritdoc cref="Read"/>
    public static byte[] Parse(byte[] content)
    {
        // The first byte of a packet has its top bit set, and the tag of a public key is 6.
        if (content.Length > 2 && (content[0] & 0x80) != 0)
            return ((content[0] & 0x40) != 0 ? content[0] & 0x3F : content[0] >> 2 & 0xF) == 6 ? content : throw new InvalidDataException("it begins with something else than a public key");
        var text = Encoding.Latin1.GetString(content);
        var keys = new List<byte>();
        for (var at = 0; text.IndexOf(Begin, at, StringComparison.Ordinal) is >= 0 and var begin;)
        {
            var end = text.IndexOf(End, begin, StringComparison.Ordinal);
            if (end < 0)
                throw new InvalidDataException("its key block has no end");
            keys.AddRange(Decode(text[(begin + Begin.Length)..end]));
            at = end + End.Length;
        }
        return keys.Count > 0 ? [.. keys] : throw new InvalidDataException("it has no public OpenPGP key, armored or not");
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
}
