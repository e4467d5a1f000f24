using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>The other end of a connection, as far as the transport knows it.</summary>
/// <param name="Remote">For logs; null where the transport has no addresses.</param>
public sealed record SrpcPeer(EndPoint? Remote = null)
{
    /// <summary>Whether the transport is TLS already, so that no other handshake follows.</summary>
    public bool IsTls { get; init; }

    /// <summary>The certificate that the peer showed in that TLS, verified or not.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What it sent along with the certificate.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    /// <summary>Who it is, where the handshake has found that out already.</summary>
    internal SrpcIdentity? Identity { get; init; }

    /// <summary>The user that its certificate names, once that is verified; empty for none.</summary>
    public string User => Identity?.User ?? "";
}
