using System.Security.Cryptography;
using ImageSdk.Posix;

namespace ImageSdk.Dominator;

/// <summary>Passes reads and writes on and hashes what went through.</summary>
sealed class HashingStream(Stream inner, IncrementalHash hash) : ForwardStream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanWrite => inner.CanWrite;

    public override int Read(Span<byte> buffer)
    {
        var length = inner.Read(buffer);
        hash.AppendData(buffer[..length]);
        return length;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
    {
        var length = await inner.ReadAsync(buffer, cancellation);
        hash.AppendData(buffer.Span[..length]);
        return length;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hash.AppendData(buffer);
        inner.Write(buffer);
    }

    public override void Flush() => inner.Flush();
}
