namespace ImageSdk.Srpc.Tests;

/// <summary>A peer that has said all beforehand, in pieces; keeps what it is told.</summary>
sealed class ScriptedStream(byte[] script, int pieceSize = int.MaxValue) : Stream
{
    readonly MemoryStream written = new();
    int position;

    public byte[] Written => written.ToArray();

    public int Consumed => position;

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var count = Math.Min(Math.Min(pieceSize, destination.Length), script.Length - position);
        script.AsSpan(position, count).CopyTo(destination);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Write(ReadOnlySpan<byte> buffer) => written.Write(buffer);

    public override void Write(byte[] buffer, int offset, int count) => written.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        written.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
