using System.Globalization;
using System.Text;

namespace ImageSdk.Archives;

/// <summary>
/// The container of a .deb (deb(5)): an ar archive of debian-binary, control.tar and data.tar, the last two with an
/// ending that says how they are compressed.
/// </summary>
static class DebArchive
{
    public const int HeaderSize = 60;

    public static ReadOnlySpan<byte> Magic => "!<arch>\n"u8;

    /// <summary>The parts, in their order.</summary>
    /// <exception cref="InvalidDataException">It is no .deb of version 2, or a damaged one.</exception>
    public static IReadOnlyList<DebMember> ReadMembers(Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        file.Position = 0;
        if (file.ReadAtLeast(header[..Magic.Length], Magic.Length, throwOnEndOfStream: false) < Magic.Length || !header.StartsWith(Magic))
            throw new InvalidDataException("it is no ar archive");
        var members = new List<DebMember>();
        for (var next = (long)Magic.Length; next < file.Length;)
        {
            file.Position = next;
            if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize || !header.EndsWith("`\n"u8)
                || !long.TryParse(header[48..58].TrimEnd((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length > file.Length - next - HeaderSize)
                throw new InvalidDataException($"there is no header at byte {next}");
            var name = Encoding.ASCII.GetString(header[..16].TrimEnd((byte)' ').TrimEnd((byte)'/'));
            members.Add(new(name, next + HeaderSize, length));
            next += HeaderSize + length + (length & 1);
        }
        return members is [{ Name: "debian-binary" }, .. var rest] && Find(rest, "control.tar") is not null && Find(rest, "data.tar") is not null
            ? members
            : throw new InvalidDataException("it does not begin with debian-binary, or has no control.tar or no data.tar");
    }

    /// <summary>The part of that name, whatever its compression.</summary>
    /// <param name="name">"control.tar" or "data.tar".</param>
    public static DebMember? Find(IEnumerable<DebMember> members, string name)
    {
        foreach (var member in members)
            if (member.Name == name || member.Name.StartsWith(name + ".", StringComparison.Ordinal))
                return member;
        return null;
    }

    /// <summary>The header of a part; without times and owners, which no reader uses.</summary>
    public static byte[] WriteHeader(string name, long length)
    {
        var text = $"{name,-16}{0,-12}{0,-6}{0,-6}{100644,-8}{length,-10}`\n";
        return text.Length == HeaderSize ? Encoding.ASCII.GetBytes(text) : throw new InvalidDataException($"{name} is too large: {length} bytes");
    }
}
