using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>Certificate authorities that a side trusts. Nothing is looked up elsewhere, so nothing is revoked.</summary>
public sealed class CertificateAuthorities
{
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
    internal IReadOnlyList<X509Certificate2>? Verify(X509Certificate2 certificate, X509Certificate2Collection others, Oid usage)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificates);
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(usage);
        return chain.Build(certificate) ? [.. chain.ChainElements.Select(element => element.Certificate)] : null;
    }

    /// <summary>
    /// Whether one of these has the name of the certificate's issuer. The original compares names only: whoever may
    /// issue certificates for identity must not use the name of an authority for methods.
    /// </summary>
    internal bool IncludeIssuerOf(X509Certificate2 certificate) =>
        certificates.Any(authority => authority.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData));
}
