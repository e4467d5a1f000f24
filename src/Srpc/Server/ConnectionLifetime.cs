namespace ImageSdk.Srpc;

/// <summary>Ends a transport on request, also for those who wait for bytes without looking at a token, and at last.</summary>
sealed class ConnectionLifetime : IDisposable
{
    readonly CancellationTokenRegistration ending;
    volatile Stream transport;
    Stream? tls;

    public ConnectionLifetime(Stream transport, CancellationToken cancellation)
    {
        this.transport = transport;
        Token = cancellation;
        ending = cancellation.UnsafeRegister(static lifetime => ((ConnectionLifetime)lifetime!).transport.Dispose(), this);
    }

    public CancellationToken Token { get; }

    /// <summary>Takes over what lies on the transport.</summary>
    public void Own(Stream stream) => tls = stream;

    /// <summary>Ends the transport and takes over another in its place.</summary>
    public void MoveTo(Stream next)
    {
        End();
        tls = null;
        transport = next;
        // It may have been told to end in between.
        if (Token.IsCancellationRequested)
            next.Dispose();
    }

    public void Dispose()
    {
        ending.Dispose();
        End();
    }

    void End()
    {
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
