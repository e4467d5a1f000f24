using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.LZMA;
using ZstdSharp;

namespace ImageSdk.Archives.Compression;

/// <summary>Takes the compression off files, parts of packages and lists. A row a format; more formats need no more than a row.</summary>
/// <remarks>
/// Of SharpCompress's readers, those for bzip2 and lzip are used everywhere; that for xz only where the machine has no <c>xz</c>
/// (<see cref="ManagedXzStream"/>).
/// </remarks>
static class Decompression
{
    const int BufferSize = 1 << 17;

    static readonly (string Ending, Func<Stream, Stream> Open)[] Formats =
    [
        (".gz", source => new GzipContentStream(source)),
        (".zst", source => new DecompressionStream(source, BufferSize, checkEndOfStream: true, leaveOpen: true)),
        (".bz2", source => BZip2Stream.Create(source, CompressionMode.Decompress, decompressConcatenated: true, leaveOpen: true)),
        (".lz", source => LZipStream.Create(source, CompressionMode.Decompress, leaveOpen: true)),
        (".xz", OpenXz),
        (".lzma", OpenXz),
    ];

    /// <summary>The content of <paramref name="source"/>, which stays open, to be read once from its beginning to its end.</summary>
    /// <param name="ending">The format by the ending of files that have it, ".xz", or nothing where there is no compression.</param>
    /// <exception cref="InvalidDataException">The format is not known; when read: the content is damaged or cut off.</exception>
    public static Stream Open(Stream source, string ending)
    {
        if (ending.Length == 0)
            return source;
        var format = Formats.FirstOrDefault(known => known.Ending == ending);
        if (format.Open is null)
            throw new InvalidDataException($"it is compressed in a way that is not known ({ending})");
        return new CheckedStream(() => format.Open(source), ending);
    }

    /// <inheritdoc cref="Open" path="/param"/>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static async Task DecompressAsync(Stream source, string ending, Stream target, CancellationToken cancellation)
    {
        var content = Open(source, ending);
        try
        {
            await content.CopyToAsync(target, BufferSize, cancellation);
        }
        finally
        {
            if (content != source)
                await content.DisposeAsync();
        }
    }

    static Stream OpenXz(Stream source) => XzProgramStream.IsInstalled ? new XzProgramStream(source) : ManagedXzStream.Open(source);
}
