using System.Buffers;
using ImageSdk.Srpc.Gob;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Srpc;

/// <summary>
/// A call that is under way. Values and raw bytes may follow each other in any order. One thread may write while
/// another reads. What is written leaves when <see cref="FlushAsync"/> is called, at the latest.
/// </summary>
public sealed class SrpcClientCall : IAsyncDisposable
{
    readonly SrpcConnection connection;
    readonly SrpcStream stream;
    readonly Func<SrpcCoder> makeCoder;
    readonly CancellationToken cancellation;
    readonly CancellationTokenSource limit;
    readonly CancellationTokenRegistration breaking;
    readonly TimeSpan? timeout;
    SrpcCoder coder;
    bool isClosed;
    int isDisposed;

    internal SrpcClientCall(SrpcConnection connection, SrpcStream stream, Func<SrpcCoder> makeCoder, TimeSpan? timeout, CancellationToken cancellation)
    {
        this.connection = connection;
        this.stream = stream;
        this.makeCoder = makeCoder;
        coder = makeCoder();
        this.timeout = timeout;
        this.cancellation = cancellation;
        limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (timeout is { } time)
            limit.CancelAfter(time);
        // Reaches also those who wait for a byte without looking at the token.
        breaking = limit.Token.UnsafeRegister(static connection => ((SrpcConnection)connection!).Break(), connection);
    }

    /// <summary>Reads the next value.</summary>
    /// <exception cref="SrpcException">The connection is lost, or the value is malformed; then the connection is lost too.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public Task<T> ReadAsync<T>(GobType<T> type) => Guard(() => coder.ReadAsync(type, limit.Token));

    /// <summary>The values that follow come from another encoder, which defines its types again.</summary>
    public void ChangeEncoder() => coder = makeCoder();

    /// <summary>Reads a line, without the line feed.</summary>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public Task<string> ReadLineAsync() => Guard(async () =>
        await stream.ReadLineAsync(SrpcConnection.MaxLineBytes, limit.Token) ?? throw new EndOfStreamException());

    /// <summary>Reads raw bytes.</summary>
    /// <returns>How many; zero where the server ends the connection.</returns>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public async ValueTask<int> ReadBytesAsync(Memory<byte> destination)
    {
        ObjectDisposedException.ThrowIf(isDisposed != 0, this);
        try
        {
            return await stream.ReadAsync(destination, limit.Token);
        }
        catch (Exception problem) when (IsOfCall(problem))
        {
            throw End(problem);
        }
    }

    /// <summary>Reads raw bytes into a file, from its beginning on.</summary>
    /// <param name="file">Open for writing.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public async Task ReadToFileAsync(SafeFileHandle file, long length)
    {
        var block = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, SrpcStream.BlockSize));
        try
        {
            for (var position = 0L; position < length;)
            {
                var count = await ReadBytesAsync(block.AsMemory(0, (int)Math.Min(block.Length, length - position)));
                if (count == 0)
                    throw End(new EndOfStreamException());
                RandomAccess.Write(file, block.AsSpan(0, count), position);
                position += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Writes a value; one that gob cannot carry costs the connection.</summary>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public Task WriteAsync<T>(GobType<T> type, T value) => Guard(() => coder.WriteAsync(type, value, limit.Token));

    /// <summary>Writes raw bytes.</summary>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public async ValueTask WriteBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(isDisposed != 0, this);
        try
        {
            await stream.WriteAsync(bytes, limit.Token);
        }
        catch (Exception problem) when (IsOfCall(problem))
        {
            throw End(problem);
        }
    }

    /// <summary>Writes a part of a file, in large pieces.</summary>
    /// <param name="start">Where it begins, bytes.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="SrpcException">The file is shorter or can't be read, or the connection is lost; it is lost in any case.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public Task WriteFileAsync(SafeFileHandle file, long start, long length) => Guard(() => stream.WriteFileAsync(file, start, length, limit.Token));

    /// <summary>Sends what was written.</summary>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public Task FlushAsync() => Guard(() => new ValueTask(stream.FlushAsync(limit.Token)));

    /// <summary>
    /// Ends the call in agreement with the server: everything that it sends in this call was read. The connection is
    /// then free for the next call.
    /// </summary>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public async Task CloseAsync()
    {
        await FlushAsync();
        isClosed = true;
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        await breaking.DisposeAsync();
        limit.Dispose();
        if (!isClosed)
            connection.Break();
        connection.EndTurn();
    }

    internal Task WriteTextAsync(string text) => Guard(() => stream.WriteTextAsync(text, limit.Token));

    /// <summary>Empty, or why the server refuses.</summary>
    internal async Task<string> ReadVerdictAsync() => (await ReadLineAsync()).TrimEnd('\r');

    Task Guard(Func<ValueTask> action) => Guard(async () =>
    {
        await action();
        return true;
    });

    async Task<T> Guard<T>(Func<ValueTask<T>> action)
    {
        ObjectDisposedException.ThrowIf(isDisposed != 0, this);
        try
        {
            return await action();
        }
        catch (Exception problem) when (IsOfCall(problem))
        {
            throw End(problem);
        }
    }

    static bool IsOfCall(Exception problem) => problem is OperationCanceledException or SrpcException || Failures.IsOfConnection(problem);

    /// <summary>Gives the connection up.</summary>
    /// <returns>The error for the caller.</returns>
    Exception End(Exception problem)
    {
        connection.Break();
        if (cancellation.IsCancellationRequested)
            return new OperationCanceledException(problem.Message, problem, cancellation);
        return limit.IsCancellationRequested
            ? new SrpcException($"the call took longer than {timeout}", problem)
            : Failures.Translate(problem);
    }
}
