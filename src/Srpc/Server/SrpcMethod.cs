using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>A method of a service.</summary>
/// <param name="Run">Serves a call; what it throws ends the connection.</param>
sealed record SrpcMethod(string Name, SrpcMethodOptions Options, Func<SrpcServerCall, Task> Run)
{
    readonly Dictionary<string, int> running = [];

    public SrpcMethodCounts Counts { get; } = new();

    /// <summary>Counts a call of a user.</summary>
    /// <returns>Why the call is refused; null where it is not.</returns>
    public string? TryEnter(SrpcCaller caller)
    {
        if (Options.CallsPerUser is not { } most || caller.HasMethodAccess)
            return null;
        lock (running)
        {
            var count = running.GetValueOrDefault(caller.User);
            if (count >= most)
                return $"{caller.User} reached limit of {most} calls for {Name}";
            running[caller.User] = count + 1;
            return null;
        }
    }

    public void Leave(SrpcCaller caller)
    {
        if (Options.CallsPerUser is null || caller.HasMethodAccess)
            return;
        lock (running)
        {
            if (--running[caller.User] == 0)
                running.Remove(caller.User);
        }
    }

    /// <summary>One request, an error line or an empty one, and after the latter one reply.</summary>
    public static Func<SrpcServerCall, Task> RequestReply<TRequest, TReply>(
        GobType<TRequest> requestType, GobType<TReply> replyType, Func<TRequest, SrpcServerCall, Task<TReply>> handler) => async call =>
    {
        TRequest request;
        try
        {
            request = await call.ReadAsync(requestType);
        }
        catch (GobException problem)
        {
            await call.WriteErrorLineAsync(problem.Message);
            if (!call.IsAtBoundary)
                throw;
            return;
        }
        TReply reply;
        try
        {
            reply = await handler(request, call);
        }
        catch (SrpcException refusal)
        {
            await call.WriteErrorLineAsync(refusal.Message);
            return;
        }
        await call.WriteTextAsync("\n");
        await call.WriteAsync(replyType, reply);
    };
}
