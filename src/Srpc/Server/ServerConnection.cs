namespace ImageSdk.Srpc;

/// <summary>The calls of one connection, one after the other.</summary>
sealed class ServerConnection(
    SrpcStream stream, SrpcCoding coding, SrpcIdentity identity, bool withPowers, SrpcPeer peer, MethodTable methods,
    SrpcServerOptions options, ConnectionLifetime lifetime)
{
    readonly CancellationToken aborted = lifetime.Token;
    SrpcStream stream = stream;
    Task<bool>? readAhead;

    public async Task RunAsync()
    {
        while (await NextCallAsync() is { } line)
        {
            await AnswerAsync(line.Trim());
            await stream.FlushAsync(aborted);
        }
    }

    /// <exception cref="SrpcException">The line is too long, or an unknown caller does not call anything.</exception>
    async Task<string?> NextCallAsync()
    {
        if (!identity.IsAnonymous || options.AnonymousIdleTimeout == Timeout.InfiniteTimeSpan)
            return await ReadCallAsync(aborted);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        limit.CancelAfter(options.AnonymousIdleTimeout);
        try
        {
            return await ReadCallAsync(limit.Token);
        }
        catch (OperationCanceledException problem) when (!aborted.IsCancellationRequested)
        {
            throw new SrpcException($"no call within {options.AnonymousIdleTimeout} from a caller without a certificate", problem);
        }
    }

    async Task<string?> ReadCallAsync(CancellationToken cancellation)
    {
        var isThere = readAhead is { } begun ? await begun.WaitAsync(cancellation) : await stream.WaitAsync(cancellation);
        readAhead = null;
        return isThere ? await stream.ReadLineAsync(options.MaxLineBytes, cancellation) : null;
    }

    async Task AnswerAsync(string line)
    {
        if (line.Length == 0)
        {
            await stream.WriteTextAsync("\n", aborted);
            return;
        }
        var (method, caller, refusal) = methods.Enter(line, identity, withPowers);
        if (method is null)
        {
            await stream.WriteTextAsync(ErrorLine.Refusal(refusal), aborted);
            return;
        }
        try
        {
            await stream.WriteTextAsync("\n", aborted);
            await stream.FlushAsync(aborted);
            var limits = (method.Options.Limits ?? options.Limits) with { Memory = options.Memory };
            using var coder = SrpcCoder.Create(coding, stream, limits, isServer: true);
            await RunAsync(method, new SrpcServerCall(stream, coder, caller, peer, aborted));
        }
        finally
        {
            method.Leave(caller);
        }
    }

    async Task RunAsync(SrpcMethod method, SrpcServerCall call)
    {
        var begin = method.Counts.Begin();
        var isDone = false;
        try
        {
            await method.Run(call);
            isDone = true;
        }
        finally
        {
            method.Counts.End(begin, hasFailed: !isDone || call.HasFailed);
            readAhead = call.ReadAhead;
            if (call.Next is { } transport)
            {
                lifetime.MoveTo(transport);
                stream = new SrpcStream(transport);
            }
        }
    }
}
