using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>
/// A connection to a server, for any number of calls one after the other; others wait. May be used by several threads.
/// The protocol cannot break off a call: what is cancelled or given up loses the connection.
/// </summary>
public sealed class SrpcConnection : IAsyncDisposable
{
    internal const int MaxLineBytes = 1 << 16;

    readonly Stream stream;
    readonly Stream transport;
    readonly SrpcClientOptions options;
    readonly SrpcStream buffered;
    readonly SemaphoreSlim turn = new(1);
    volatile bool isBroken;

    internal SrpcConnection(Stream stream, Stream transport, SrpcEndpoint endpoint, SrpcClientOptions options)
    {
        this.stream = stream;
        this.transport = transport;
        this.options = options;
        Endpoint = endpoint;
        buffered = new SrpcStream(stream);
    }

    /// <summary>The end point that the server had; where it is one without TLS, all is sent in clear text.</summary>
    public SrpcEndpoint Endpoint { get; }

    /// <summary>Whether it has moved to a Unix socket of the server, on this machine.</summary>
    public bool IsLocal { get; internal init; }

    /// <summary>Whether no more calls can be made.</summary>
    public bool IsBroken => isBroken;

    /// <summary>Asks for nothing. Servers answer whoever is connected.</summary>
    /// <inheritdoc cref="OpenCallAsync" path="/exception"/>
    public async Task PingAsync(CancellationToken cancellation = default)
    {
        await using var call = await OpenCallAsync("", cancellation);
        await call.CloseAsync();
    }

    /// <summary>Calls a method that has one request and one reply.</summary>
    /// <inheritdoc cref="OpenCallAsync" path="/exception"/>
    public async Task<TReply> CallAsync<TRequest, TReply>(
        string method, GobType<TRequest> requestType, TRequest request, GobType<TReply> replyType, CancellationToken cancellation = default)
    {
        await using var call = await OpenCallAsync(method, cancellation);
        await call.WriteAsync(requestType, request);
        await call.FlushAsync();
        var verdict = await call.ReadVerdictAsync();
        var reply = verdict.Length == 0 ? await call.ReadAsync(replyType) : default!;
        await call.CloseAsync();
        return verdict.Length == 0 ? reply : throw new SrpcException(verdict) { IsFromServer = true };
    }

    /// <summary>
    /// Calls a method that exchanges a stream of values or raw bytes. The next call waits until this one is closed; one
    /// that is disposed of without having been closed takes the connection with it.
    /// </summary>
    /// <param name="method"><c>Service.Method</c>.</param>
    /// <param name="cancellation">For the whole call.</param>
    /// <exception cref="SrpcException">The server refuses the call, or the connection is lost.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task<SrpcClientCall> OpenCallAsync(string method, CancellationToken cancellation = default)
    {
        if (method.AsSpan().ContainsAny('\n', '\r'))
            throw new ArgumentException("a method is one line", nameof(method));
        await turn.WaitAsync(cancellation);
        var call = new SrpcClientCall(this, buffered, () => SrpcCoder.Create(Endpoint.Coding, buffered, options.Limits, isServer: false), options.CallTimeout, cancellation);
        try
        {
            if (isBroken)
                throw new SrpcException("connection is closed");
            await call.WriteTextAsync(method + "\n");
            await call.FlushAsync();
            if (await call.ReadVerdictAsync() is { Length: > 0 } refusal)
            {
                await call.CloseAsync();
                throw new SrpcException(refusal) { IsFromServer = true };
            }
            return call;
        }
        catch
        {
            await call.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        isBroken = true;
        try
        {
            await stream.DisposeAsync();
        }
        catch (Exception problem) when (Failures.IsOfConnection(problem))
        {
            // The peer may be gone before TLS can say good-bye.
        }
        await transport.DisposeAsync();
    }

    /// <summary>Ends the connection at once, also for those who wait for its bytes.</summary>
    internal void Break()
    {
        isBroken = true;
        transport.Dispose();
    }

    internal void EndTurn() => turn.Release();
}
