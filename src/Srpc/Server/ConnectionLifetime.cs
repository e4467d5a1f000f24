namespace ImageSdk.Srpc;

/// <summary>Ends a transport when it is told to, also for those who wait for bytes without looking at a token, and at last.</summary>
sealed class ConnectionLifetime : IDisposable
{
    readonly Stream transport;
    readonly CancellationTokenRegistration ending;

    public ConnectionLifetime(Stream transport, CancellationToken cancellation)
    {
        this.transport = transport;
        Token = cancellation;
        ending = cancellation.UnsafeRegister(static transport => ((Stream)transport!).Dispose(), transport);
    }

    public CancellationToken Token { get; }

    public void Dispose()
    {
        ending.Dispose();
        transport.Dispose();
    }
}
