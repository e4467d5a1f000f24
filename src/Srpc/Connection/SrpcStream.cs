using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Srpc;

/// <summary>
/// The bytes of a connection, buffered in both directions: lines, values and raw data in turn. One reader and one
/// writer at a time may use it, side by side. What users of a call dispose is not the connection: whoever opened the transport closes it.
/// </summary>
sealed class SrpcStream(Stream transport) : Stream
{
    // Below the size from which arrays are collected rarely.
    const int BufferSize = 1 << 16;

    /// <summary>What is moved between a connection and a file at once.</summary>
    public const int BlockSize = 1 << 18;

    // Less is copied faster than it is handed over.
    const int DirectSize = 1 << 15;

    readonly Socket? socket = SocketFile.FindSocket(transport);
    // Taken from the pool while they hold something: a connection that waits has none.
    byte[]? readBuffer;
    byte[]? writeBuffer;
    int readStart;
    int readEnd;
    int writeEnd;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>TLS on a transport, with a buffer between them: the platform moves each record, 16 KiB at most, by itself.</summary>
    public static SslStream Secure(Stream transport) => new(new SrpcStream(transport));

    /// <summary>Called before bytes are read from the transport; may be null.</summary>
    public Action? BeforeRead { get; set; }

    /// <summary>Bytes that have come and are not read yet.</summary>
    public ReadOnlySpan<byte> Buffered => readBuffer.AsSpan(readStart, readEnd - readStart);

    /// <summary>Takes buffered bytes.</summary>
    public void Skip(int count) => readStart += count;

    /// <summary>Waits until at least one byte is buffered; false where the stream ends.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (readStart < readEnd)
            return true;
        readEnd = await transport.ReadAsync(EmptyReadBuffer(), cancellation);
        return readEnd > 0;
    }

    /// <summary>As <see cref="FillAsync"/>, for those who may have to wait long: until something comes no buffer is held.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (readStart < readEnd)
            return true;
        await WaitWithoutBufferAsync(cancellation);
        return await FillAsync(cancellation);
    }

    /// <summary>
    /// The next line without its line feed; null where the stream ends before one. What is not UTF-8 becomes U+FFFD.
    /// </summary>
    /// <exception cref="SrpcException">The line is longer than that many bytes.</exception>
    public async ValueTask<string?> ReadLineAsync(int maxBytes, CancellationToken cancellation)
    {
        byte[] line = [];
        while (await FillAsync(cancellation))
        {
            var end = Buffered.IndexOf((byte)'\n');
            var piece = end < 0 ? Buffered : Buffered[..end];
            if (line.Length + piece.Length > maxBytes)
                throw new SrpcException($"a line of more than {maxBytes} bytes");
            if (end >= 0 && line.Length == 0)
            {
                var text = Encoding.UTF8.GetString(piece);
                Skip(end + 1);
                return text;
            }
            line = [.. line, .. piece];
            Skip(end < 0 ? piece.Length : end + 1);
            if (end >= 0)
                return Encoding.UTF8.GetString(line);
        }
        return null;
    }

    public ValueTask WriteTextAsync(string text, CancellationToken cancellation) =>
        WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);

    /// <summary>Sends a part of a file; where the transport is a plain socket, most do not pass through this process.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public async ValueTask WriteFileAsync(SafeFileHandle file, long start, long length, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, BlockSize));
        try
        {
            var end = start + length;
            for (var position = start; position < end;)
            {
                if (socket is not null && end - position >= DirectSize)
                {
                    await FlushBufferAsync(cancellation);
                    position += SocketFile.Send(socket, file, position, end - position);
                    if (position == end)
                        return;
                }
                // The socket is full: a block through memory, which waits until there is room again. Most files are in the
                // cache of the system: another thread would only cost time.
                var count = RandomAccess.Read(file, block.AsSpan(0, (int)Math.Min(block.Length, end - position)), position);
                if (count == 0)
                    throw new EndOfStreamException($"a file has {position} bytes, not {end}");
                await WriteAsync(block.AsMemory(0, count), cancellation);
                position += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public override int Read(Span<byte> destination)
    {
        if (readStart < readEnd)
            return TakeBuffered(destination);
        if (destination.Length >= BufferSize)
            return transport.Read(destination);
        readEnd = transport.Read(EmptyReadBuffer().Span);
        return TakeBuffered(destination);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation = default)
    {
        if (readStart < readEnd)
            return new(TakeBuffered(destination.Span));
        BeforeRead?.Invoke();
        // Who reads nothing waits for something to come, as TLS above this does.
        if (destination.IsEmpty)
            return WaitWithoutBufferAsync(cancellation);
        return destination.Length >= BufferSize
            ? transport.ReadAsync(destination, cancellation)
            : FillAndTakeAsync(destination, cancellation);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    public override void Write(ReadOnlySpan<byte> source)
    {
        if (source.Length > BufferSize - writeEnd)
            FlushBuffer();
        if (source.Length > BufferSize)
            transport.Write(source);
        else
            Keep(source);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation = default)
    {
        if (source.Length > BufferSize - writeEnd)
            return FlushAndWriteAsync(source, cancellation);
        Keep(source.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    public override void Flush()
    {
        FlushBuffer();
        transport.Flush();
    }

    public override async Task FlushAsync(CancellationToken cancellation)
    {
        await FlushBufferAsync(cancellation);
        await transport.FlushAsync(cancellation);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    Memory<byte> EmptyReadBuffer()
    {
        readStart = 0;
        readEnd = 0;
        readBuffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);
        return readBuffer.AsMemory(0, BufferSize);
    }

    ValueTask<int> WaitWithoutBufferAsync(CancellationToken cancellation)
    {
        if (readBuffer is { } idle)
        {
            readBuffer = null;
            readStart = 0;
            readEnd = 0;
            ArrayPool<byte>.Shared.Return(idle);
        }
        return transport.ReadAsync(Memory<byte>.Empty, cancellation);
    }

    int TakeBuffered(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, readEnd - readStart);
        readBuffer.AsSpan(readStart, count).CopyTo(destination);
        readStart += count;
        return count;
    }

    async ValueTask<int> FillAndTakeAsync(Memory<byte> destination, CancellationToken cancellation) =>
        await FillAsync(cancellation) ? TakeBuffered(destination.Span) : 0;

    void Keep(ReadOnlySpan<byte> source)
    {
        writeBuffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);
        source.CopyTo(writeBuffer.AsSpan(writeEnd));
        writeEnd += source.Length;
    }

    void FlushBuffer()
    {
        if (writeBuffer is null)
            return;
        transport.Write(writeBuffer.AsSpan(0, writeEnd));
        ReleaseWriteBuffer();
    }

    async ValueTask FlushBufferAsync(CancellationToken cancellation)
    {
        if (writeBuffer is null)
            return;
        await transport.WriteAsync(writeBuffer.AsMemory(0, writeEnd), cancellation);
        ReleaseWriteBuffer();
    }

    void ReleaseWriteBuffer()
    {
        writeEnd = 0;
        ArrayPool<byte>.Shared.Return(writeBuffer!);
        writeBuffer = null;
    }

    async ValueTask FlushAndWriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation)
    {
        await FlushBufferAsync(cancellation);
        if (source.Length > BufferSize)
            await transport.WriteAsync(source, cancellation);
        else
            Keep(source.Span);
    }
}
