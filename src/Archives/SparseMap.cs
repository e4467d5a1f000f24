using System.Globalization;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Archives;

/// <summary>
/// Where a file has content and where it has nothing but zeros, for a tar file: the form that GNU tar calls PAX 1.0. It depends on the
/// content alone, not on what holes a file system has.
/// </summary>
/// <remarks>https://www.gnu.org/software/tar/manual/html_section/Sparse-Formats.html</remarks>
sealed class SparseMap
{
    /// <summary>Bytes of zeros that a file has to have for it: ordinary files stay as all readers know them.</summary>
    public const long LeastZeros = 1 << 20;

    const int BlockSize = 64 << 10;

    readonly List<(long Start, long Length)> pieces = [];

    SparseMap(long size) => Size = size;

    /// <summary>Bytes of the file.</summary>
    public long Size { get; }

    /// <summary>What is written of it, in order.</summary>
    public IReadOnlyList<(long Start, long Length)> Pieces => pieces;

    /// <summary>The map as it stands before the content: numbers a line each, and zeros up to a whole block.</summary>
    public byte[] Text
    {
        get
        {
            // Without a piece at its end GNU tar would cut the file there.
            var all = pieces.Count > 0 && pieces[^1] is var last && last.Start + last.Length == Size ? pieces : [.. pieces, (Size, 0)];
            var text = new StringBuilder().Append(all.Count).Append('\n');
            foreach (var (start, length) in all)
                text.Append(CultureInfo.InvariantCulture, $"{start}\n{length}\n");
            var bytes = Encoding.ASCII.GetBytes(text.ToString());
            Array.Resize(ref bytes, bytes.Length + TarHeader.Padding((ulong)bytes.Length));
            return bytes;
        }
    }

    /// <summary>Bytes of the pieces.</summary>
    public long ContentLength => pieces.Sum(piece => piece.Length);

    /// <summary>Reads a file for its map; null where it has too few zeros.</summary>
    public static SparseMap? Of(OpenFile file, ulong size, byte[] buffer, CancellationToken cancellation)
    {
        if (!SparseReader.IsWorthIt(size))
            return null;
        var map = new SparseMap((long)size);
        var position = 0L;
        for (int count; (count = file.ReadSparse(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var at = 0; at < count; at += BlockSize)
            {
                var block = buffer.AsSpan(at, Math.Min(BlockSize, count - at));
                if (block.ContainsAnyExcept((byte)0))
                    map.Add(position + at, block.Length);
            }
            position += count;
        }
        return map.Size - map.ContentLength >= LeastZeros ? map : null;
    }

    void Add(long start, long length)
    {
        if (pieces.Count > 0 && pieces[^1] is var last && last.Start + last.Length == start)
            pieces[^1] = (last.Start, last.Length + length);
        else
            pieces.Add((start, length));
    }

    /// <summary>The name that readers without this form see, and the records with what the file is.</summary>
    public (ByteString Name, IReadOnlyList<KeyValuePair<string, byte[]>> Records) Describe(ByteString name)
    {
        var slash = name.Span.LastIndexOf((byte)'/') + 1;
        return (new([.. name.Span[..slash], .. "GNUSparseFile.0/"u8, .. name.Span[slash..]]),
        [
            new("GNU.sparse.major", "1"u8.ToArray()), new("GNU.sparse.minor", "0"u8.ToArray()),
            new("GNU.sparse.name", name.Span.ToArray()), new("GNU.sparse.realsize", Encoding.ASCII.GetBytes(Size.ToString(CultureInfo.InvariantCulture))),
        ]);
    }
}
