namespace ImageSdk.Srpc;

/// <summary>Ends a transport when it is told to, also for those who wait for bytes without looking at a token, and at last.</summary>
sealed class ConnectionLifetime : IDisposable
{
    readonly Stream transport;
    readonly CancellationTokenRegistration ending;
    Stream? tls;

    public ConnectionLifetime(Stream transport, CancellationToken cancellation)
    {
        this.transport = transport;
        Token = cancellation;
        ending = cancellation.UnsafeRegister(static transport => ((Stream)transport!).Dispose(), transport);
    }

    public CancellationToken Token { get; }

    /// <summary>Takes over what lies on the transport.</summary>
    public void Own(Stream stream) => tls = stream;

    public void Dispose()
    {
        ending.Dispose();
        try
        {
            tls?.Dispose();
        }
        catch (IOException)
        {
            // The peer may be gone already.
        }
        transport.Dispose();
    }
}
