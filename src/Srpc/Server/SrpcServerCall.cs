using System.Net.Sockets;
using ImageSdk.Srpc.Gob;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Srpc;

/// <summary>A call that a server is serving. One thread may write while another reads.</summary>
public sealed class SrpcServerCall
{
    readonly SrpcStream stream;
    readonly SrpcCoder coder;

    internal SrpcServerCall(SrpcStream stream, SrpcCoder coder, SrpcCaller caller, SrpcPeer peer, CancellationToken aborted)
    {
        this.stream = stream;
        this.coder = coder;
        Caller = caller;
        Peer = peer;
        Aborted = aborted;
    }

    public SrpcCaller Caller { get; }

    public SrpcPeer Peer { get; }

    /// <summary>Set when the server ends the connection. A caller that goes away shows at the next read only.</summary>
    public CancellationToken Aborted { get; }

    /// <summary>The raw bytes of the call: what follows the values already read, and nothing that is buffered elsewhere.</summary>
    public Stream Stream => stream;

    /// <summary>Whether an error went to the caller.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>Whether a value that could not be read was read to its end, so that the call can go on.</summary>
    public bool IsAtBoundary => coder.AtBoundary;

    /// <summary>The transport for all that follows the call; null where it is the one of the call.</summary>
    internal Stream? Next { get; private set; }

    /// <summary>Reads the next value.</summary>
    /// <exception cref="GobException">The value is cut, too large or of another type.</exception>
    /// <exception cref="IOException">The connection is lost.</exception>
    public ValueTask<T> ReadAsync<T>(GobType<T> type) => coder.ReadAsync(type, Aborted);

    /// <summary>Writes a value; it leaves with the next flush.</summary>
    /// <exception cref="GobException">The value cannot be written.</exception>
    /// <exception cref="IOException">The connection is lost.</exception>
    public ValueTask WriteAsync<T>(GobType<T> type, T value) => coder.WriteAsync(type, value, Aborted);

    /// <summary>Writes text in UTF-8; it leaves with the next flush.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    public ValueTask WriteTextAsync(string text) => stream.WriteTextAsync(text, Aborted);

    /// <summary>Writes a part of a file, in large pieces; the last leave with the next flush.</summary>
    /// <param name="start">Where it begins, bytes.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="EndOfStreamException">The file is shorter; what was announced to the caller can't be kept.</exception>
    /// <exception cref="IOException">The file can't be read, or the connection is lost.</exception>
    public ValueTask WriteFileAsync(SafeFileHandle file, long start, long length) => stream.WriteFileAsync(file, start, length, Aborted);

    /// <summary>Sends what was written.</summary>
    /// <exception cref="IOException">The connection is lost.</exception>
    public Task FlushAsync() => stream.FlushAsync(Aborted);

    /// <summary>
    /// Waits until the caller ends the connection, for methods that send for as long as the caller listens; what the
    /// caller sends is thrown away.
    /// </summary>
    public async Task WaitForEndAsync()
    {
        while (await stream.WaitAsync(Aborted))
            stream.Skip(stream.Buffered.Length);
    }

    /// <summary>
    /// Runs something that takes long, between the request and the answer, and has it end when the caller goes.
    /// </summary>
    /// <param name="action">Given a token that is set when the caller is gone.</param>
    /// <exception cref="OperationCanceledException">The caller has gone, or the server ends the connection.</exception>
    public async Task<T> WhileCallerStaysAsync<T>(Func<CancellationToken, Task<T>> action)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Aborted);
        // The wait outlasts the action: a read that is broken off could lose bytes of the caller's next call.
        ReadAhead ??= stream.FillAsync(Aborted).AsTask();
        _ = EndWithCallerAsync(ReadAhead, gone);
        return await action(gone.Token);
    }

    static async Task EndWithCallerAsync(Task<bool> readAhead, CancellationTokenSource gone)
    {
        try
        {
            if (await readAhead)
                return;
        }
        catch (Exception problem) when (problem is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is lost.
        }
        try
        {
            await gone.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The action is over.
        }
    }

    /// <summary>A wait for the caller's next bytes that has begun; null where none has.</summary>
    internal Task<bool>? ReadAhead { get; private set; }

    /// <summary>Lets the connection go on over another transport once the call is over.</summary>
    internal void GoOnOver(Stream transport) => Next = transport;

    internal ValueTask WriteErrorLineAsync(string text)
    {
        HasFailed = true;
        return WriteTextAsync(ErrorLine.Of(text));
    }
}
