using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>
/// What a certificate says about its holder: the common name of the subject is the user, and two extensions under the
/// private arc 1.3.6.1.4.1.9586.100.7, each a SEQUENCE OF strings, hold the permitted methods and the groups.
/// </summary>
/// <param name="User">Empty where the subject has no common name.</param>
/// <param name="Methods">Patterns over <c>Service.Method</c>.</param>
public sealed record CertificateIdentity(string User, IReadOnlyList<string> Groups, IReadOnlyList<string> Methods)
{
    /// <summary>The extension with the permitted methods.</summary>
    public const string MethodsOid = "1.3.6.1.4.1.9586.100.7.1";

    /// <summary>The extension with the groups.</summary>
    public const string GroupsOid = "1.3.6.1.4.1.9586.100.7.2";

    const string commonNameOid = "2.5.4.3";

    /// <exception cref="SrpcException">An extension is malformed.</exception>
    public static CertificateIdentity Of(X509Certificate2 certificate)
    {
        try
        {
            var methods = Strings(certificate, MethodsOid);
            if (methods.FirstOrDefault(method => method.Count(letter => letter == '.') != 1) is { } bad)
                throw new SrpcException($"bad line: \"{bad}\"");
            return new(CommonName(certificate.SubjectName.RawData), Strings(certificate, GroupsOid), methods);
        }
        catch (AsnContentException problem)
        {
            throw new SrpcException($"malformed certificate: {problem.Message}", problem);
        }
    }

    /// <summary>An extension for a certificate request. Not critical, as no other reader knows it.</summary>
    public static X509Extension MethodsExtension(IEnumerable<string> methods) => Extension(MethodsOid, methods);

    /// <inheritdoc cref="MethodsExtension"/>
    public static X509Extension GroupsExtension(IEnumerable<string> groups) => Extension(GroupsOid, groups);

    static X509Extension Extension(string oid, IEnumerable<string> strings)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var text in strings)
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, text);
        }
        return new X509Extension(oid, writer.Encode(), critical: false);
    }

    // Of several extensions with the same id the first counts.
    static IReadOnlyList<string> Strings(X509Certificate2 certificate, string oid)
    {
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == oid) is not { } extension)
            return [];
        var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var strings = new List<string>();
        while (sequence.HasData)
            strings.Add(CertificateText.Read(sequence));
        return strings;
    }

    // The last one, as Go has it.
    static string CommonName(byte[] subject)
    {
        var name = "";
        var sets = new AsnReader(subject, AsnEncodingRules.DER).ReadSequence();
        while (sets.HasData)
        {
            var set = sets.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                if (pair.ReadObjectIdentifier() == commonNameOid)
                    name = CertificateText.Read(pair);
            }
        }
        return name;
    }
}
