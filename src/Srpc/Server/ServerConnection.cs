namespace ImageSdk.Srpc;

/// <summary>The calls of one connection, one after the other.</summary>
sealed class ServerConnection(
    SrpcStream stream, SrpcCoding coding, SrpcIdentity identity, bool withPowers, SrpcPeer peer, MethodTable methods,
    SrpcServerOptions options, ConnectionLifetime lifetime)
{
    readonly CancellationToken aborted = lifetime.Token;
    SrpcStream stream = stream;

    public async Task RunAsync()
    {
        while (await stream.ReadLineAsync(options.MaxLineBytes, aborted) is { } line)
        {
            await AnswerAsync(line.Trim());
            await stream.FlushAsync(aborted);
        }
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
            var coder = SrpcCoder.Create(coding, stream, method.Options.Limits ?? options.Limits, isServer: true);
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
            if (call.Next is { } transport)
            {
                lifetime.MoveTo(transport);
                stream = new SrpcStream(transport);
            }
        }
    }
}
