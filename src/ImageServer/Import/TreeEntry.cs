using System.Buffers.Text;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Import;

enum TreeEntryType
{
    File,
    Tree,
    Symlink,
}

/// <summary>An entry of a directory in a tree object, which is text: a line for each, its parts with slashes in between.</summary>
/// <param name="Permissions">The lower bits of the mode.</param>
/// <param name="Size">Bytes of the object that holds the content; 0 for none.</param>
readonly record struct TreeEntry(ByteString Name, TreeEntryType Type, uint Permissions, uint Uid, uint Gid, ulong Size, ObjectHash Hash)
{
    const int Parts = 7;

    /// <summary>Reads a tree object.</summary>
    /// <exception cref="SrpcException">It is something else.</exception>
    public static IReadOnlyList<TreeEntry> ReadAll(ReadOnlySpan<byte> content)
    {
        var entries = new List<TreeEntry>();
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = content[range];
            if (!line.IsEmpty)
                entries.Add(Read(line));
        }
        return entries;
    }

    static TreeEntry Read(ReadOnlySpan<byte> line)
    {
        Span<Range> parts = stackalloc Range[Parts + 1];
        var count = 0;
        foreach (var range in line.Split((byte)'/'))
        {
            if (count < parts.Length)
                parts[count] = range;
            count++;
        }
        if (count != Parts)
            throw Malformed(line, $"{count} parts instead of {Parts}");
        var type = Number(line, parts[1], uint.MaxValue);
        if (type > (ulong)TreeEntryType.Symlink)
            throw Malformed(line, $"unknown type {type}");
        return new(
            new ByteString(line[parts[0]]), (TreeEntryType)type, (uint)Number(line, parts[2], uint.MaxValue), (uint)Number(line, parts[3], uint.MaxValue),
            (uint)Number(line, parts[4], uint.MaxValue), Number(line, parts[5], ulong.MaxValue),
            ObjectHash.TryParse(System.Text.Encoding.Latin1.GetString(line[parts[6]]), out var hash) ? hash : throw Malformed(line, "no hash"));
    }

    static ulong Number(ReadOnlySpan<byte> line, Range part, ulong most) =>
        Utf8Parser.TryParse(line[part], out ulong number, out var length) && length == line[part].Length && number <= most
            ? number
            : throw Malformed(line, "not a number where there has to be one");

    static SrpcException Malformed(ReadOnlySpan<byte> line, string reason) =>
        new($"malformed tree: {reason}: {new ByteString(line.Length > 300 ? line[..300] : line)}");
}
