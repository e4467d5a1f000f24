using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc.Tests;

/// <summary>An authority for tests.</summary>
sealed class TestAuthority
{
    static readonly DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
    readonly X509Certificate2 certificate;

    public TestAuthority(string name) : this(new X500DistinguishedName($"CN={name}"))
    {
    }

    public TestAuthority(X500DistinguishedName name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        certificate = request.CreateSelfSigned(from, from.AddDays(400));
    }

    TestAuthority(X509Certificate2 certificate) => this.certificate = certificate;

    public X509Certificate2 Certificate => X509CertificateLoader.LoadCertificate(certificate.RawData);

    /// <summary>An authority below this one.</summary>
    public TestAuthority Delegate(string name, string[] methods)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(CertificateIdentity.MethodsExtension(methods));
        using var issued = request.Create(certificate, from, from.AddDays(300), RandomNumberGenerator.GetBytes(8));
        return new(issued.CopyWithPrivateKey(key));
    }

    /// <summary>Its own certificate with the key.</summary>
    public X509Certificate2 IssueOwn() => new(certificate);

    public CertificateAuthorities Authorities => new([certificate]);

    public X509Certificate2 Issue(
        string subject, string[]? methods = null, string[]? groups = null, int days = 30, X509Extension? extra = null,
        string? usage = "1.3.6.1.5.5.7.3.2", string? host = null, int fromDays = 0) =>
        Issue(new X500DistinguishedName(subject), methods, groups, days, extra, usage, host, fromDays);

    public X509Certificate2 Issue(
        X500DistinguishedName subject, string[]? methods = null, string[]? groups = null, int days = 30, X509Extension? extra = null,
        string? usage = "1.3.6.1.5.5.7.3.2", string? host = null, int fromDays = 0)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (methods is not null)
            request.CertificateExtensions.Add(CertificateIdentity.MethodsExtension(methods));
        if (groups is not null)
            request.CertificateExtensions.Add(CertificateIdentity.GroupsExtension(groups));
        if (extra is not null)
            request.CertificateExtensions.Add(extra);
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
        }
        using var issued = request.Create(certificate, from.AddDays(fromDays), from.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    public SslStreamCertificateContext IssueServer(string host = "server.test") => SslStreamCertificateContext.Create(
        Issue("CN=server", usage: "1.3.6.1.5.5.7.3.1", host: host), null, offline: true);
}
