using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>How a server treats its callers.</summary>
public sealed record SrpcServerOptions
{
    /// <summary>
    /// The certificates in force; null for a server without TLS, at which everybody may call everything. Asked at each
    /// connection.
    /// </summary>
    public Func<SrpcServerTls?> Tls { get; init; } = () => null;

    /// <summary>Users who hold all powers.</summary>
    public IReadOnlySet<string> TrustedUsers { get; init; } = new HashSet<string>();

    /// <summary>Groups whose members hold all powers.</summary>
    public IReadOnlySet<string> TrustedGroups { get; init; } = new HashSet<string>();

    /// <summary>From the answer to CONNECT to the end of the TLS handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a caller without a certificate, where the server asks for them, may stay without calling anything;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for ever.
    /// </summary>
    public TimeSpan AnonymousIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Of a method line, in bytes. A longer one ends the connection.</summary>
    public int MaxLineBytes { get; init; } = 4096;

    /// <summary>For the values that callers send, unless a method has its own.</summary>
    public GobLimits Limits { get; init; } = new() { MaxValueBytes = 1 << 24, MaxDefinitions = 256 };

    /// <summary>What the large values of all callers together may take; null for no bound.</summary>
    public GobMemory? Memory { get; init; } = GobMemory.ForServer();

    /// <summary>
    /// Whether callers on the same machine may move their connections to a Unix socket, which is faster and needs no
    /// TLS. Who they are stays. The token with which such a connection is served must not end with the first transport.
    /// </summary>
    public bool OfferLocalUpgrade { get; init; } = true;

    /// <summary>
    /// Serves connections that begin with TLS and a certificate that is accepted, and go on with a request that is none for SRPC:
    /// given what follows the handshake, and who is at the other end. Null to refuse them.
    /// </summary>
    public Func<Stream, SrpcPeer, CancellationToken, Task>? ServeOther { get; init; }

    /// <summary>Told why a connection was ended by the server. Must not throw.</summary>
    public Action<SrpcPeer, Exception> OnFailure { get; init; } = (_, _) => { };

    /// <summary>For the date of refusals.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
