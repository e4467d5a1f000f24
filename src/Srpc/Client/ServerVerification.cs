using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>What a client wants of the server's certificate.</summary>
public abstract class ServerVerification
{
    static readonly Oid serverUsage = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Any certificate will do, as with Dominator: TLS then tells the server who calls, but not the client who answers.</summary>
    public static ServerVerification None { get; } = new AcceptAll();

    /// <summary>One that these authorities have issued.</summary>
    /// <param name="hostName">The name that it must bear; null for any.</param>
    public static ServerVerification ByAuthorities(CertificateAuthorities authorities, string? hostName = null) =>
        new ByChain(authorities, hostName);

    /// <summary>This one, by the SHA-256 of the whole certificate in hexadecimal digits, with or without colons.</summary>
    /// <exception cref="FormatException">That is no SHA-256.</exception>
    public static ServerVerification ByFingerprint(string sha256)
    {
        var digits = sha256.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == SHA256.HashSizeInBytes * 2 && digits.All(char.IsAsciiHexDigit)
            ? new ByDigest(Convert.FromHexString(digits))
            : throw new FormatException($"\"{sha256}\" is no SHA-256: 64 hexadecimal digits, with or without colons between them");
    }

    private ServerVerification()
    {
    }

    /// <summary>Why a certificate is refused, as the end of a sentence that begins with the certificate; null where it is accepted.</summary>
    internal abstract string? WhyRefused(X509Certificate2 certificate, X509Certificate2Collection others);

    sealed class AcceptAll : ServerVerification
    {
        internal override string? WhyRefused(X509Certificate2 certificate, X509Certificate2Collection others) => null;
    }

    sealed class ByChain(CertificateAuthorities authorities, string? hostName) : ServerVerification
    {
        internal override string? WhyRefused(X509Certificate2 certificate, X509Certificate2Collection others) =>
            authorities.Verify(certificate, others, serverUsage, out var fault) is null ? fault!.Text
            : hostName is not null && !certificate.MatchesHostname(hostName) ? $"does not bear the name {hostName}"
            : null;
    }

    sealed class ByDigest(byte[] digest) : ServerVerification
    {
        internal override string? WhyRefused(X509Certificate2 certificate, X509Certificate2Collection others) =>
            CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.RawDataMemory.Span), digest)
                ? null
                : $"does not have the expected fingerprint {Convert.ToHexString(digest)}";
    }
}
