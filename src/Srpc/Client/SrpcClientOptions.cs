using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>How a client connects and calls.</summary>
public sealed record SrpcClientOptions
{
    public static SrpcClientOptions Default { get; } = new();

    /// <summary>Whom the client is; none for an anonymous client, which uses TLS only to verify the server.</summary>
    public ClientCertificates Certificates { get; init; } = ClientCertificates.None;

    /// <summary>
    /// Whether the server's certificate is looked at. The original never does. Where it is, nothing is said in clear text, whatever
    /// <see cref="AllowClearTextFallback"/> is.
    /// </summary>
    public ServerVerification ServerVerification { get; init; } = ServerVerification.None;

    /// <summary>Called with the address after each handshake in which the server's certificate was not verified.</summary>
    public Action<SrpcAddress>? OnUnverifiedServer { get; init; }

    /// <summary>
    /// Whether a client with a certificate goes on in clear text when the server says that it has no TLS. The original
    /// does, which lets anyone on the way turn TLS off. Without a certificate there is only clear text.
    /// </summary>
    public bool AllowClearTextFallback { get; init; } = true;

    /// <summary>
    /// Whether a connection to this machine moves to a Unix socket, which is faster, where the server offers one. What
    /// was agreed on before, with TLS or without, stays in force; what follows is in clear and stays on the machine.
    /// </summary>
    public bool UpgradeLocalConnections { get; init; } = true;

    /// <summary>Give up the powers of the certificate, to act as an ordinary user.</summary>
    public bool WithoutMethodPowers { get; init; }

    /// <summary>For each dial, with the handshakes; null for no limit.</summary>
    public TimeSpan? ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For each call, from its method line to its end; null for no limit. What exceeds it loses the connection.</summary>
    public TimeSpan? CallTimeout { get; init; }

    /// <summary>Time between two probes of a silent connection.</summary>
    public TimeSpan KeepAlivePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the values that servers send.</summary>
    public GobLimits Limits { get; init; } = GobLimits.Default;

    /// <summary>Values in gob only, in JSON only, or as the server offers them.</summary>
    public SrpcCoding? Coding { get; init; } = SrpcCoding.Gob;
}
