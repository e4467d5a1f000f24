using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Archives;

/// <summary>Reads a part of a file that others read at the same time.</summary>
public sealed class FileRange(SafeFileHandle file, long start, long length) : ForwardStream
{
    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var count = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - Position)], start + Position);
        Position += count;
        return count;
    }
}
