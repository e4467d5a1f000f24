using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>A named set of methods. Complete it before a server is made of it.</summary>
public sealed class SrpcService(string name)
{
    readonly Dictionary<string, SrpcMethod> methods = [];

    public string Name => name;

    /// <summary>
    /// Grants the power to call a method (the second argument) to callers whose certificates do not hold it. Not asked
    /// for those who gave up their powers.
    /// </summary>
    public Func<SrpcCaller, string, bool> Grants { get; init; } = (_, _) => false;

    internal IReadOnlyDictionary<string, SrpcMethod> Methods => methods;

    /// <summary>
    /// A method with one request and one reply. What the handler throws as <see cref="SrpcException"/> is sent to the
    /// caller as the error line, after which the connection goes on; any other exception ends the connection.
    /// </summary>
    public SrpcService RequestReply<TRequest, TReply>(
        string method, GobType<TRequest> requestType, GobType<TReply> replyType,
        Func<TRequest, SrpcServerCall, Task<TReply>> handler, SrpcMethodOptions? options = null) =>
        Add(method, options, SrpcMethod.RequestReply(requestType, replyType, handler));

    /// <summary>
    /// A method that exchanges values and raw bytes as it likes. It has to read all that the caller sends in the call;
    /// what it throws ends the connection. What it wrote leaves at its end, and where it flushes.
    /// </summary>
    public SrpcService Stream(string method, Func<SrpcServerCall, Task> handler, SrpcMethodOptions? options = null) =>
        Add(method, options, handler);

    SrpcService Add(string method, SrpcMethodOptions? options, Func<SrpcServerCall, Task> run)
    {
        methods.Add(method, new SrpcMethod(method, options ?? SrpcMethodOptions.Default, run));
        return this;
    }
}
