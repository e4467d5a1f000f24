using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>
/// Distinguished names for people. The platform has no text for those with characters that their kind of string has not, such as
/// <c>*</c> in a PrintableString.
/// </summary>
public static class CertificateNames
{
    static readonly Dictionary<string, string> keys = new()
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "S",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["1.2.840.113549.1.9.1"] = "E",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    /// <summary>As the platform writes it, where it can.</summary>
    public static string Of(X500DistinguishedName name)
    {
        try
        {
            return name.Name is { Length: > 0 } text ? text : Format(name.RawData);
        }
        catch (Exception problem) when (problem is CryptographicException or AsnContentException)
        {
            return "(unreadable)";
        }
    }

    static string Format(byte[] name)
    {
        var parts = new List<string>();
        var sets = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (sets.HasData)
        {
            var set = sets.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var key = pair.ReadObjectIdentifier();
                parts.Add($"{keys.GetValueOrDefault(key, $"OID.{key}")}={CertificateText.Read(pair)}");
            }
        }
        // The most special part first.
        parts.Reverse();
        return string.Join(", ", parts);
    }
}
