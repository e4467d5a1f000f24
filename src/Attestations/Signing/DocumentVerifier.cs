using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Attestations.Signing;

/// <summary>Says whether a signature is by a key that is trusted: a public key, the key of a certificate, or of one that an authority has issued.</summary>
public sealed class DocumentVerifier
{
    readonly X509Certificate2Collection authorities = [];
    readonly AsymmetricAlgorithm? own;

    /// <param name="pem">A public key, a certificate, or the certificates of authorities.</param>
    /// <exception cref="CryptographicException">It is neither.</exception>
    public DocumentVerifier(string pem)
    {
        try
        {
            if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
                authorities.ImportFromPem(pem);
            else
                own = ReadKey(pem);
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException("it is no public key and no certificate in PEM", exception);
        }
        if (own is null && authorities.Count == 0)
            throw new CryptographicException("it is no public key and no certificate in PEM");
    }

    /// <summary>Why a signature does not count; null where it does.</summary>
    /// <param name="certificate">That the signature brings along; null for none.</param>
    public string? FindFault(byte[] bytes, byte[] signature, byte[]? certificate)
    {
        if (own is not null)
            return Verify(own, bytes, signature) ? null : "its signature is not by this key";
        if (certificate is null)
            return authorities.Any(known => KeyOf(known) is { } key && Verify(key, bytes, signature)) ? null : "its signature is not by the key of this certificate";
        try
        {
            using var brought = X509CertificateLoader.LoadCertificate(certificate);
            if (!authorities.Any(known => known.RawDataMemory.Span.SequenceEqual(brought.RawData)) && !IsIssued(brought))
                return $"the certificate that it is signed with ({brought.Subject}) is not by this authority, or not valid now";
            return KeyOf(brought) is { } key && Verify(key, bytes, signature) ? null : "its signature is not by the key of its certificate";
        }
        catch (CryptographicException)
        {
            return "the certificate that it is signed with is damaged";
        }
    }

    internal static string IdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>What is wrong with a kind of key; null for nothing.</summary>
    internal static string? FaultOf(AsymmetricAlgorithm key) => key switch
    {
        ECDsa curve when curve.KeySize != 256 => "the key is of a curve other than P-256",
        RSA { KeySize: < 2048 } => "the RSA key has less than 2,048 bits",
        _ => null,
    };

    static AsymmetricAlgorithm ReadKey(string pem)
    {
        foreach (var make in (Func<AsymmetricAlgorithm>[])[ECDsa.Create, RSA.Create])
        {
            var key = make();
            try
            {
                key.ImportFromPem(pem);
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                key.Dispose();
                continue;
            }
            return FaultOf(key) is { } fault ? throw new CryptographicException(fault) : key;
        }
        throw new CryptographicException("it is no public key and no certificate in PEM");
    }

    static AsymmetricAlgorithm? KeyOf(X509Certificate2 certificate)
    {
        AsymmetricAlgorithm? key = certificate.GetECDsaPublicKey();
        key ??= certificate.GetRSAPublicKey();
        return key is not null && FaultOf(key) is null ? key : null;
    }

    static bool Verify(AsymmetricAlgorithm key, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) => key switch
    {
        ECDsa curve => curve.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
        RSA rsa => rsa.VerifyData(bytes, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        _ => false,
    };

    // Offline: lists of what was taken back are not asked for.
    bool IsIssued(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(certificate);
    }
}
