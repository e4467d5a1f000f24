using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>The check of a server's certificate in one handshake.</summary>
sealed class ServerCheck(ServerVerification verification)
{
    /// <summary>Why the certificate was refused, with what it says of itself; null where it was not.</summary>
    public string? Refusal { get; private set; }

    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
            Refusal = "the server shows no certificate";
        else if (verification.WhyRefused(leaf, chain?.ChainPolicy.ExtraStore ?? []) is { } reason)
            Refusal = $"the server's certificate \"{leaf.Subject}\" (SHA-256 {Convert.ToHexString(SHA256.HashData(leaf.RawDataMemory.Span))}) {reason}";
        return Refusal is null;
    }
}
