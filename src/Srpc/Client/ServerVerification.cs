using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>What a client wants of the server's certificate.</summary>
public abstract class ServerVerification
{
    static readonly Oid serverUsage = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Any certificate will do, as with the original: TLS then tells the server who calls, and not whom.</summary>
    public static ServerVerification None { get; } = new AcceptAll();

    /// <summary>One that these authorities have issued.</summary>
    /// <param name="hostName">The name that it must bear; null for any.</param>
    public static ServerVerification ByAuthorities(CertificateAuthorities authorities, string? hostName = null) =>
        new ByChain(authorities, hostName);

    /// <summary>This one, by the SHA-256 of the whole certificate in hexadecimal digits, with or without colons.</summary>
    /// <exception cref="FormatException">That is no SHA-256.</exception>
    public static ServerVerification ByFingerprint(string sha256)
    {
        var digest = Convert.FromHexString(sha256.Replace(":", "", StringComparison.Ordinal));
        return digest.Length == SHA256.HashSizeInBytes
            ? new ByDigest(digest)
            : throw new FormatException($"\"{sha256}\" is no SHA-256");
    }

    private ServerVerification()
    {
    }

    internal abstract bool Accepts(X509Certificate2 certificate, X509Certificate2Collection others);

    internal bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is X509Certificate2 leaf && Accepts(leaf, chain?.ChainPolicy.ExtraStore ?? []);

    sealed class AcceptAll : ServerVerification
    {
        internal override bool Accepts(X509Certificate2 certificate, X509Certificate2Collection others) => true;
    }

    sealed class ByChain(CertificateAuthorities authorities, string? hostName) : ServerVerification
    {
        internal override bool Accepts(X509Certificate2 certificate, X509Certificate2Collection others) =>
            (hostName is null || certificate.MatchesHostname(hostName)) &&
            authorities.Verify(certificate, others, serverUsage) is not null;
    }

    sealed class ByDigest(byte[] digest) : ServerVerification
    {
        internal override bool Accepts(X509Certificate2 certificate, X509Certificate2Collection others) =>
            CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate.RawDataMemory.Span), digest);
    }
}
