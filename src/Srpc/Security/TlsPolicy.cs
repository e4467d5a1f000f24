using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>What both sides demand of TLS.</summary>
static class TlsPolicy
{
    /// <summary>The protocol says "1.2 or newer", whatever the platform's default is.</summary>
    public const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>
    /// For the chain that the platform builds before it asks us: its result does not count, and without this it would
    /// fetch issuers from addresses that the peer's certificate names.
    /// </summary>
    public static X509ChainPolicy NoLookUps() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };
}
