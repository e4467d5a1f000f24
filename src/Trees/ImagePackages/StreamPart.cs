using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.ImagePackages;

/// <summary>The next bytes of a stream, hashed as they are read.</summary>
sealed class StreamPart(Stream source, long length) : ForwardStream
{
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
    long left = length;

    public override long Length { get; } = length;

    public override long Position
    {
        get => Length - left;
        set => throw new NotSupportedException();
    }

    /// <exception cref="EndOfStreamException">The stream ends before the part does.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = source.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
        return Note(buffer[..count], buffer.Length);
    }

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await source.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        return Note(buffer.Span[..count], buffer.Length);
    }

    int Note(ReadOnlySpan<byte> read, int wanted)
    {
        if (read.Length == 0 && left > 0 && wanted > 0)
            throw new EndOfStreamException();
        hash.AppendData(read);
        left -= read.Length;
        return read.Length;
    }

    /// <summary>The hash of the part; whoever reads it reads it to its end.</summary>
    public ObjectHash Finish() => left == 0 ? new(hash.GetCurrentHash()) : throw new InvalidOperationException($"{left} bytes were not read.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }
}
