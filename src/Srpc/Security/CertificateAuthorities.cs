using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>Certificate authorities that a side trusts. Nothing is looked up elsewhere, so nothing is revoked.</summary>
public sealed class CertificateAuthorities
{
    const string AnyUsage = "2.5.29.37.0";

    readonly X509Certificate2Collection certificates;

    public CertificateAuthorities(IEnumerable<X509Certificate2> certificates) => this.certificates = [.. certificates];

    /// <summary>Reads PEM certificates; other blocks are skipped.</summary>
    /// <exception cref="SrpcException">There is none in the file, or one is malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CertificateAuthorities Load(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(path));
        }
        catch (CryptographicException problem)
        {
            throw new SrpcException($"{path}: {problem.Message}", problem);
        }
        return certificates.Count > 0 ? new(certificates) : throw new SrpcException($"{path}: no certificate");
    }

    public CertificateAuthorities Union(CertificateAuthorities? others) =>
        others is null ? this : new(certificates.Concat(others.certificates));

    /// <summary>The chain from a certificate to one of these, leaf first; null where there is no valid one.</summary>
    /// <param name="usage">The object id of the purpose that the certificate must not exclude.</param>
    internal IReadOnlyList<X509Certificate2>? Verify(X509Certificate2 certificate, X509Certificate2Collection others, Oid usage) =>
        Verify(certificate, others, usage, out _);

    /// <inheritdoc cref="Verify(X509Certificate2, X509Certificate2Collection, Oid)"/>
    /// <param name="fault">Why there is no valid chain; null where there is one.</param>
    internal IReadOnlyList<X509Certificate2>? Verify(
        X509Certificate2 certificate, X509Certificate2Collection others, Oid usage, out CertificateFault? fault)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificates);
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        fault = !chain.Build(certificate) ? CertificateFaults.Of(certificate, chain)
            : chain.ChainElements.FirstOrDefault(element => !Permits(element.Certificate, usage)) is { Certificate: var limited }
                ? CertificateFaults.OfUsage(certificate, limited)
                : null;
        return fault is null ? [.. chain.ChainElements.Select(element => element.Certificate)] : null;
    }

    // One that names no usage, or any, permits all; the platform does not know the latter.
    static bool Permits(X509Certificate2 certificate, Oid usage)
    {
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(extension => extension.EnhancedKeyUsages.OfType<Oid>()).Select(named => named.Value).ToArray();
        return usages.Length == 0 || usages.Contains(usage.Value) || usages.Contains(AnyUsage);
    }

    /// <summary>
    /// Whether one of these has the name of the certificate's issuer. The original compares names only: whoever may
    /// issue certificates for identity must not use the name of an authority for methods.
    /// </summary>
    internal bool IncludeIssuerOf(X509Certificate2 certificate) =>
        certificates.Any(authority => authority.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData));
}
