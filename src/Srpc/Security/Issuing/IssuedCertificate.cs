using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>A new certificate with its key.</summary>
/// <param name="Certificate">With its private key.</param>
public sealed record IssuedCertificate(X509Certificate2 Certificate) : IDisposable
{
    public string CertificatePem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>PKCS #8, not encrypted.</summary>
    public string KeyPem => Key().ExportPkcs8PrivateKeyPem() + "\n";

    public void Dispose() => Certificate.Dispose();

    AsymmetricAlgorithm Key() => Certificate.GetECDsaPrivateKey() ?? (AsymmetricAlgorithm?)Certificate.GetRSAPrivateKey()
        ?? throw new InvalidOperationException("the certificate has no key");
}
