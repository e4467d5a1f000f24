using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>A certificate file, which may have the certificates of the issuers behind the first, and the file of its key.</summary>
public static class PemPair
{
    const string Ed25519 = "1.3.101.112";

    /// <summary>Ready to be presented in TLS. Keys may be RSA or ECDSA; the platform has no Ed25519.</summary>
    /// <exception cref="CryptographicException">A file is malformed, or the two do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static SslStreamCertificateContext Load(string certificateFile, string keyFile)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(File.ReadAllText(certificateFile));
        if (all.Count > 0 && all[0].PublicKey.Oid.Value == Ed25519)
        {
            throw new CryptographicException(
                $"{certificateFile} has an Ed25519 key, which .NET cannot use for TLS: have it issued with an ECDSA or RSA key");
        }
        return SslStreamCertificateContext.Create(LoadFirst(certificateFile, keyFile), [.. all.Skip(1)], offline: true);
    }

    internal static X509Certificate2 LoadFirst(string certificateFile, string keyFile)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (ArgumentException problem)
        {
            throw new CryptographicException(problem.Message, problem);
        }
    }
}
