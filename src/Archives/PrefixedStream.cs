using ImageSdk.Posix;

namespace ImageSdk.Archives;

/// <summary>Bytes that were read ahead, and then what follows them.</summary>
sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ForwardStream
{
    ReadOnlyMemory<byte> prefix = prefix;

    long position;

    /// <summary>How much was read of both.</summary>
    public override long Position { get => position; set => throw new NotSupportedException(); }

    /// <summary>Fills the buffer where there is enough: not every reader asks again after a short answer.</summary>
    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, prefix.Length);
        prefix.Span[..count].CopyTo(buffer);
        prefix = prefix[count..];
        if (count < buffer.Length)
            count += rest.ReadAtLeast(buffer[count..], buffer.Length - count, throwOnEndOfStream: false);
        position += count;
        return count;
    }
}
