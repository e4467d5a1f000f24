using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>Says in words what is wrong with a certificate.</summary>
static class CertificateFaults
{
    const X509ChainStatusFlags NoAuthority = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    /// <param name="chain">As the platform built it, without success.</param>
    public static CertificateFault Of(X509Certificate2 certificate, X509Chain chain)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        // Its time first: an expired certificate of the right authority is the most frequent fault. But a stranger's says nothing.
        if ((status & NoAuthority) != 0)
        {
            return new(CertificateFaultKind.UnknownAuthority, $"was issued by \"{Issuer(certificate)}\", which leads to none of the trusted authorities " +
                $"({string.Join(", ", chain.ChainPolicy.CustomTrustStore.Select(authority => $"\"{Subject(authority)}\""))})");
        }
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return new(CertificateFaultKind.Expired, DateTime.Now < certificate.NotBefore || DateTime.Now > certificate.NotAfter
                ? $"is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and now it is {DateTime.UtcNow:u}"
                : "comes from an authority whose own certificate is not valid now");
        }
        return new(CertificateFaultKind.Bad, status.HasFlag(X509ChainStatusFlags.NotSignatureValid)
            ? "has a wrong signature"
            : $"does not lead to a trusted authority ({status})");
    }

    /// <param name="limited">The certificate itself or one above it, whose usages are others.</param>
    public static CertificateFault OfUsage(X509Certificate2 certificate, X509Certificate2 limited)
    {
        var usages = string.Join(", ", limited.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(extension => extension.EnhancedKeyUsages.OfType<Oid>()).Select(usage => usage.FriendlyName ?? usage.Value));
        var isItself = limited.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span);
        return new(CertificateFaultKind.Bad, isItself
            ? $"is not for this purpose: its extended key usage is {usages}"
            : $"is not for this purpose: the extended key usage of \"{Subject(limited)}\", above it, is {usages}");
    }

    /// <summary>Whose a certificate is, as far as it tells.</summary>
    public static string Subject(X509Certificate2 certificate) => CertificateNames.Of(certificate.SubjectName);

    static string Issuer(X509Certificate2 certificate) => CertificateNames.Of(certificate.IssuerName);
}
