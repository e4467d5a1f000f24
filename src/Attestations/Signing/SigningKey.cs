using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Attestations.Signing;

/// <summary>A private key that signs documents: ECDSA on P-256, or RSA of 2,048 bits or more. Nothing of it is ever shown or written.</summary>
public sealed class SigningKey : IDisposable
{
    readonly AsymmetricAlgorithm key;

    SigningKey(AsymmetricAlgorithm key, X509Certificate2? certificate) => (this.key, Certificate) = (key, certificate);

    /// <summary>Of the key, where it has one.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>SHA-256 of the public key (SubjectPublicKeyInfo), by which who verifies finds it.</summary>
    public string Id => DocumentVerifier.IdOf(key.ExportSubjectPublicKeyInfo());

    /// <param name="pem">The key, PKCS #8 or as openssl writes it; encrypted where there is a password.</param>
    /// <param name="certificatePem">Null for a plain key.</param>
    /// <exception cref="CryptographicException">It is no such key, or the certificate is of another one. The message has nothing of either.</exception>
    public static SigningKey Read(string pem, string? certificatePem, string? password)
    {
        var key = ReadKey(pem, password);
        if (certificatePem is null)
            return new(key, null);
        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(certificatePem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new CryptographicException("the certificate is none in PEM", exception);
        }
        return certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())
            ? new(key, certificate) : throw new CryptographicException("the certificate is of another key");
    }

    static AsymmetricAlgorithm ReadKey(string pem, string? password)
    {
        // A public key would be read as well, and could not sign.
        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new CryptographicException("it is no private key in PEM");
        foreach (var make in (Func<AsymmetricAlgorithm>[])[ECDsa.Create, RSA.Create])
        {
            var key = make();
            try
            {
                if (password is null)
                    key.ImportFromPem(pem);
                else
                    key.ImportFromEncryptedPem(pem, password);
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                key.Dispose();
                continue;
            }
            if (DocumentVerifier.FaultOf(key) is { } fault)
                throw new CryptographicException(fault);
            return key;
        }
        throw new CryptographicException("it is no private key in PEM, or its password is another one");
    }

    /// <summary>ECDSA with SHA-256 in DER, or RSA with SHA-256 (PKCS #1).</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes) => key switch
    {
        ECDsa curve => curve.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
        RSA rsa => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => throw new CryptographicException("the key is of another kind"),
    };

    public void Dispose()
    {
        key.Dispose();
        Certificate?.Dispose();
    }
}
