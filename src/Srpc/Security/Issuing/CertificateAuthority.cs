using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc;

/// <summary>A certificate authority with its key: makes the certificates of a site's servers and users.</summary>
public sealed class CertificateAuthority : IDisposable
{
    const int RsaKeySize = 3072;
    const int SerialNumberSize = 16;

    static readonly Oid serverUsage = new("1.3.6.1.5.5.7.3.1");
    static readonly Oid clientUsage = new("1.3.6.1.5.5.7.3.2");

    readonly X509Certificate2 certificate;

    CertificateAuthority(X509Certificate2 certificate) => this.certificate = certificate;

    /// <summary>Its own certificate, with the private key.</summary>
    public X509Certificate2 Certificate => certificate;

    /// <summary>A new authority, which signs itself. Groups, methods and hosts do not count: methods of an authority would be everybody's.</summary>
    /// <exception cref="FormatException">A text of the terms is none of its kind.</exception>
    public static CertificateAuthority Create(CertificateTerms terms)
    {
        terms.Check();
        using var key = CreateKey(terms.KeyType);
        var request = NewRequest(terms.Name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        var keyId = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(keyId);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(keyId));
        return new(request.CreateSelfSigned(terms.NotBefore, terms.NotAfter));
    }

    /// <exception cref="CryptographicException">A file is malformed, the two do not belong together, or it is no authority's certificate.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static CertificateAuthority Load(string certificateFile, string keyFile)
    {
        var certificate = PemPair.LoadFirst(certificateFile, keyFile);
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { CertificateAuthority: true })
            return new(certificate);
        certificate.Dispose();
        throw new CryptographicException($"{certificateFile} is not the certificate of an authority");
    }

    /// <summary>Makes a certificate for a client, and for a server too where the terms name hosts.</summary>
    /// <exception cref="FormatException">A text of the terms is none of its kind, or the authority is not valid at that time.</exception>
    public IssuedCertificate Issue(CertificateTerms terms)
    {
        terms.Check();
        var (from, to) = Validity(terms);
        using var key = CreateKey(terms.KeyType);
        var request = NewRequest(terms.Name, key);
        var usage = X509KeyUsageFlags.DigitalSignature | (key is RSA ? X509KeyUsageFlags.KeyEncipherment : 0);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(terms.Hosts.Count > 0 ? [serverUsage, clientUsage] : [clientUsage], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (terms.Hosts.Count > 0)
            request.CertificateExtensions.Add(HostNames(terms.Hosts));
        if (terms.Methods.Count > 0)
            request.CertificateExtensions.Add(CertificateIdentity.MethodsExtension(terms.Methods));
        if (terms.Groups.Count > 0)
            request.CertificateExtensions.Add(CertificateIdentity.GroupsExtension(terms.Groups));
        using var signed = request.Create(certificate.SubjectName, Signature(), from, to, SerialNumber());
        return new(key is RSA rsa ? signed.CopyWithPrivateKey(rsa) : signed.CopyWithPrivateKey((ECDsa)key));
    }

    public void Dispose() => certificate.Dispose();

    (DateTimeOffset From, DateTimeOffset To) Validity(CertificateTerms terms)
    {
        DateTimeOffset first = certificate.NotBefore, last = certificate.NotAfter;
        var from = terms.NotBefore > first ? terms.NotBefore : first;
        var to = terms.NotAfter < last ? terms.NotAfter : last;
        return from < to ? (from, to) : throw new FormatException($"the authority is only valid from {first:u} to {last:u}");
    }

    static AsymmetricAlgorithm CreateKey(CertificateKeyType type) => type == CertificateKeyType.Rsa
        ? RSA.Create(RsaKeySize)
        : ECDsa.Create(ECCurve.NamedCurves.nistP256);

    static CertificateRequest NewRequest(string name, AsymmetricAlgorithm key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return key is RSA rsa
            ? new(subject.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new(subject.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
    }

    // The authority's key need not be of the kind of the new one.
    X509SignatureGenerator Signature() => certificate.GetRSAPrivateKey() is { } rsa
        ? X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1)
        : X509SignatureGenerator.CreateForECDsa(certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the authority has a key of an unknown kind"));

    static X509Extension HostNames(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (CertificateTerms.IsAddress(host))
                names.AddIpAddress(IPAddress.Parse(host));
            else
                names.AddDnsName(host);
        }
        return names.Build();
    }

    // Positive, and with no zeros in front, so that it has one form only.
    static byte[] SerialNumber()
    {
        var number = RandomNumberGenerator.GetBytes(SerialNumberSize);
        number[0] = (byte)(number[0] & 0x3f | 0x40);
        return number;
    }
}
