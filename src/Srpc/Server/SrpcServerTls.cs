using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>
/// The certificate of a server and the authorities whose certificates its callers need. May be replaced while the
/// server runs.
/// </summary>
/// <param name="Certificate">With its key and the issuers to send along.</param>
/// <param name="Authorities">Trusted for identity and methods.</param>
/// <param name="IdentityAuthorities">Trusted for identity only; null for none.</param>
public sealed record SrpcServerTls(
    SslStreamCertificateContext Certificate, CertificateAuthorities Authorities, CertificateAuthorities? IdentityAuthorities = null)
{
    static readonly Oid clientUsage = new("1.3.6.1.5.5.7.3.2");

    readonly CertificateAuthorities all = Authorities.Union(IdentityAuthorities);

    /// <summary>For a transport that starts TLS before the request: the same demands as after it.</summary>
    public SslServerAuthenticationOptions AuthenticationOptions() => AuthenticationOptions((leaf, others) => Identify(leaf, others, out _) is not null);

    /// <param name="accepts">Decides on a certificate and those that came with it.</param>
    internal SslServerAuthenticationOptions AuthenticationOptions(Func<X509Certificate2, X509Certificate2Collection, bool> accepts) => new()
    {
        ServerCertificateContext = Certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = TlsPolicy.Versions,
        CertificateChainPolicy = TlsPolicy.NoLookUps(),
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            certificate is X509Certificate2 leaf && accepts(leaf, chain?.ChainPolicy.ExtraStore ?? []),
    };

    /// <summary>Who shows this certificate; null where it is refused.</summary>
    /// <param name="fault">Why it is refused; null where it is not.</param>
    internal SrpcIdentity? Identify(X509Certificate2 certificate, X509Certificate2Collection others, out CertificateFault? fault)
    {
        if (all.Verify(certificate, others, clientUsage, out fault) is not { } chain)
            return null;
        try
        {
            return SrpcIdentity.Of(chain, trustMethods: IdentityAuthorities is null || Authorities.IncludeIssuerOf(certificate));
        }
        catch (SrpcException problem)
        {
            fault = new(CertificateFaultKind.Bad, $"is none that this server can read: {problem.Message}");
            return null;
        }
    }
}
