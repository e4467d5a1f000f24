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
        Prepare(chain.ChainPolicy, others, usage);
        return chain.Build(certificate) ? [.. chain.ChainElements.Select(element => element.Certificate)] : null;
    }

    void Prepare(X509ChainPolicy policy, X509Certificate2Collection others, Oid usage)
    {
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(certificates);
        policy.ExtraStore.AddRange(others);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(usage);
    }

    /// <summary>Why <see cref="Verify"/> finds no chain from a certificate to one of these, as the end of a sentence that begins with the certificate.</summary>
    internal string Explain(X509Certificate2 certificate, X509Certificate2Collection others, Oid usage)
    {
        using var chain = new X509Chain();
        Prepare(chain.ChainPolicy, others, usage);
        chain.Build(certificate);
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        // Its time first: an expired certificate of the right authority is the most frequent fault.
        return status switch
        {
            _ when status.HasFlag(X509ChainStatusFlags.NotTimeValid) && IsOutOfTime(certificate) =>
                $"is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and now it is {DateTime.UtcNow:u}",
            _ when (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0 =>
                $"was issued by \"{certificate.Issuer}\", which leads to none of the trusted authorities ({string.Join(", ", certificates.Select(authority => $"\"{authority.Subject}\""))})",
            _ when status.HasFlag(X509ChainStatusFlags.NotTimeValid) => "comes from an authority whose own certificate is not valid now",
            _ when status.HasFlag(X509ChainStatusFlags.NotValidForUsage) => "is not for this purpose (extended key usage)",
            _ when status.HasFlag(X509ChainStatusFlags.NotSignatureValid) => "has a wrong signature",
            _ => $"does not lead to a trusted authority ({status})",
        };
    }

    static bool IsOutOfTime(X509Certificate2 certificate) => DateTime.Now < certificate.NotBefore || DateTime.Now > certificate.NotAfter;

    /// <summary>
    /// Whether one of these has the name of the certificate's issuer. The original compares names only: whoever may
    /// issue certificates for identity must not use the name of an authority for methods.
    /// </summary>
    internal bool IncludeIssuerOf(X509Certificate2 certificate) =>
        certificates.Any(authority => authority.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData));
}
