using System.Buffers.Text;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Trees;

/// <summary>What an entry of a directory is, by its number in a tree object.</summary>
public enum TreeEntryType
{
    File,
    Tree,
    Symlink,
}

/// <summary>An entry of a directory in a tree object, which is text: a line for each, its parts with slashes in between.</summary>
/// <param name="Permissions">The lower bits of the mode.</param>
/// <param name="Size">Bytes of the object that holds the content; 0 for none.</param>
public readonly record struct TreeEntry(ByteString Name, TreeEntryType Type, uint Permissions, uint Uid, uint Gid, ulong Size, ObjectHash Hash)
{
    const int Parts = 7;
    const int ShownBytes = 300;

    /// <summary>Reads a tree object.</summary>
    /// <exception cref="TreeException">It is something else.</exception>
    public static IReadOnlyList<TreeEntry> ReadAll(ReadOnlySpan<byte> content)
    {
        var entries = new List<TreeEntry>();
        while (!content.IsEmpty)
        {
            var end = content.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = content[(end < 0 ? content.Length : end + 1)..];
            // A line may end as on Windows.
            entries.Add(Read(line.EndsWith("\r"u8) ? line[..^1] : line));
        }
        return entries;
    }

    static TreeEntry Read(ReadOnlySpan<byte> line)
    {
        Span<Range> parts = stackalloc Range[Parts];
        var count = 0;
        foreach (var range in line.Split((byte)'/'))
        {
            if (count < parts.Length)
                parts[count] = range;
            count++;
        }
        if (count != Parts)
            throw new TreeException($"number of segments: {count} != {Parts}: {new ByteString(line.Length > ShownBytes ? line[..ShownBytes] : line)}");
        var type = Number(line[parts[1]], uint.MaxValue);
        if (type > (ulong)TreeEntryType.Symlink)
            throw new TreeException($"malformed tree: unknown type {type}: {new ByteString(line)}");
        return new(
            new ByteString(line[parts[0]]), (TreeEntryType)type, (uint)Number(line[parts[2]], uint.MaxValue), (uint)Number(line[parts[3]], uint.MaxValue),
            (uint)Number(line[parts[4]], uint.MaxValue), Number(line[parts[5]], ulong.MaxValue),
            ObjectHash.TryParse(Encoding.Latin1.GetString(line[parts[6]]), out var hash) ? hash : throw new TreeException($"malformed tree: no hash: {new ByteString(line)}"));
    }

    // The words are those of Go's strconv.
    static ulong Number(ReadOnlySpan<byte> text, ulong most)
    {
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            throw new TreeException($"strconv.ParseUint: parsing \"{new ByteString(text)}\": invalid syntax");
        return Utf8Parser.TryParse(text, out ulong number, out var length) && length == text.Length && number <= most
            ? number
            : throw new TreeException($"strconv.ParseUint: parsing \"{new ByteString(text)}\": value out of range");
    }
}
