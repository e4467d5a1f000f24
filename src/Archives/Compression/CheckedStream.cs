using ImageSdk.Posix;
using SharpCompress.Common;
using ZstdSharp;

namespace ImageSdk.Archives.Compression;

/// <summary>Says in one way what the readers of compressed data say in many: that the data are damaged.</summary>
/// <param name="open">Opens the reader. Some read a header at once, so it is called with the first read.</param>
/// <param name="ending">The format, by the ending of its files.</param>
sealed class CheckedStream(Func<Stream> open, string ending) : ForwardStream
{
    Stream? inner;

    /// <exception cref="InvalidDataException">The data are damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return (inner ??= open()).Read(buffer);
        }
        catch (Exception exception) when (exception is ZstdException or SharpCompressException or EndOfStreamException or IndexOutOfRangeException
            or OverflowException or ArgumentException or InvalidOperationException or NotImplementedException)
        {
            throw new InvalidDataException($"its {ending[1..]} data are damaged or cut off", exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner?.Dispose();
        base.Dispose(disposing);
    }
}
