using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using ImageSdk.Cli.Output;
using ImageSdk.Images.Json;
using ImageSdk.Images.Text;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Commands.Certs;

/// <summary>What a certificate says.</summary>
/// <param name="Fingerprint">SHA-256 of the whole certificate, in hexadecimal digits.</param>
sealed record CertificateDescription(
    CertificateIdentity Identity, string Issuer, bool IsAuthority, IReadOnlyList<string> Hosts, string Key,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Fingerprint)
{
    /// <exception cref="SrpcException">An extension is malformed.</exception>
    /// <exception cref="CryptographicException">An extension is malformed.</exception>
    public static CertificateDescription Of(X509Certificate2 certificate) => new(
        CertificateIdentity.Of(certificate),
        CertificateNames.Of(certificate.IssuerName),
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority),
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names =>
            names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())))],
        DescribeKey(certificate),
        certificate.NotBefore,
        certificate.NotAfter,
        Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span)));

    public string ToText(DateTimeOffset now)
    {
        var text = new StringBuilder();
        Line("user", Identity.User);
        Line("groups", string.Join(", ", Identity.Groups));
        Line("methods", string.Join(", ", Identity.Methods));
        Line("hosts", string.Join(", ", Hosts));
        Line("issuer", IsAuthority ? $"{Issuer}; an authority itself" : Issuer);
        Line("key", Key);
        Line("valid", $"{UtcTime.Format(NotBefore)} to {UtcTime.Format(NotAfter)}{Remark(now)}");
        Line("fingerprint", Fingerprint);
        return text.ToString();

        void Line(string label, string value)
        {
            if (value.Length > 0)
                text.Append($"{label,-12} {OneLine.Of(value)}\n");
        }
    }

    public void Write(Utf8JsonWriter json) => json.WriteMembers(() =>
    {
        json.WriteText("user", Identity.User);
        json.WriteList("groups", Identity.Groups);
        json.WriteList("methods", Identity.Methods);
        json.WriteList("hosts", Hosts);
        json.WriteString("issuer", Issuer);
        json.WriteBoolean("authority", IsAuthority);
        json.WriteString("key", Key);
        json.WriteTime("notBefore", NotBefore);
        json.WriteTime("notAfter", NotAfter);
        json.WriteString("fingerprint", Fingerprint);
    });

    string Remark(DateTimeOffset now) => now > NotAfter ? ": expired" : now < NotBefore ? ": not yet valid" : "";

    static string DescribeKey(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        return rsa is not null ? $"RSA {rsa.KeySize}" : ecdsa is not null ? $"ECDSA {ecdsa.KeySize}" : $"algorithm {certificate.PublicKey.Oid.Value}";
    }
}
