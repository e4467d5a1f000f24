using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc.Tests;

public sealed class CertificateTests : IDisposable
{
    static readonly TestAuthority authority = new("ca");
    readonly string folder = Directory.CreateTempSubdirectory("srpc").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Extensions_are_written_as_the_original_writes_them()
    {
        Assert.Equal("30050c032a2e2a", Convert.ToHexStringLower(CertificateIdentity.MethodsExtension(["*.*"]).RawData));
        Assert.Equal("30080c0661646d696e73", Convert.ToHexStringLower(CertificateIdentity.GroupsExtension(["admins"]).RawData));
        var id = new AsnWriter(AsnEncodingRules.DER);
        id.WriteObjectIdentifier(CertificateIdentity.MethodsOid);
        Assert.Equal("060a2b06010401ca72640701", Convert.ToHexStringLower(id.Encode()));
    }

    [Theory]
    [InlineData("300a0c03612e621303632e64", "a.b c.d")]
    [InlineData("30051603612e62", "a.b")]
    [InlineData("30051b03612e62", "a.b")]
    [InlineData("300513032a2e2a", "*.*")]
    [InlineData("300a130861264220632e2a3f", "a&B c.*?")]
    [InlineData("30051403e92e62", "é.b")]
    [InlineData("30081e060061002e0062", "a.b")]
    [InlineData("300a1e080061002e00620000", "a.b")]
    [InlineData("3000", "")]
    public void Strings_of_several_kinds_are_read(string hex, string methods) =>
        Assert.Equal(methods, string.Join(' ', CertificateIdentity.Of(WithMethods(hex)).Methods));

    [Theory]
    [InlineData("30050c03612e6200")]
    [InlineData("30030c0261")]
    [InlineData("3003020105")]
    [InlineData("30030c0161")]
    [InlineData("30070c05612e622e63")]
    [InlineData("30051303612e40")]
    [InlineData("30051303612eff")]
    [InlineData("30051603612ee9")]
    [InlineData("30050c03612eff")]
    [InlineData("30051203612e31")]
    [InlineData("30071e050061002e62")]
    [InlineData("30081e06d83d002edc00")]
    [InlineData("30072c050c03612e62")]
    [InlineData("")]
    public void Malformed_extensions_are_refused(string hex) =>
        Assert.Throws<SrpcException>(() => CertificateIdentity.Of(WithMethods(hex)));

    static X509Certificate2 WithMethods(string hex) => authority.Issue(
        "CN=x", extra: new X509Extension(CertificateIdentity.MethodsOid, Convert.FromHexString(hex), critical: false));

    [Fact]
    public void A_user_is_the_common_name()
    {
        Assert.Equal("jürgen", CertificateIdentity.Of(authority.Issue("O=x, CN=jürgen, C=DE")).User);
        Assert.Equal("", CertificateIdentity.Of(authority.Issue("O=x")).User);
    }

    /// <summary>What sites have: names of hosts with a star, of companies with an ampersand, in a kind of string without them.</summary>
    [Theory]
    [InlineData("*.build.example")]
    [InlineData("Smith & Sons*")]
    public async Task Names_with_stars_and_ampersands_are_accepted(string name)
    {
        var site = new TestAuthority(Printable($"{name} CA"));
        // Where people are told of them, too.
        Assert.Equal($"CN={name} CA", CertificateNames.Of(site.Issue(Printable(name)).IssuerName));
        Write("a", site.Issue(Printable(name), extra: new X509Extension(CertificateIdentity.MethodsOid, Convert.FromHexString("300513032a2e2a"), critical: false)));
        Write("b", authority.Issue("CN=other"));
        var server = InProcess.Server(new() { Tls = () => new(authority.IssueServer(), site.Authorities) });
        await using var connection = await server.ConnectAsync(new() { Certificates = ClientCertificates.Load(folder, DateTimeOffset.UtcNow) });
        Assert.Equal($"{name}//True", await connection.EchoAsync("", "WhoAmI"));
    }

    static X500DistinguishedName Printable(string commonName)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.3");
            writer.WriteEncodedValue([0x13, (byte)commonName.Length, .. System.Text.Encoding.ASCII.GetBytes(commonName)]);
        }
        return new(writer.Encode());
    }

    [Fact]
    public void Certificates_of_a_directory_are_offered_in_order()
    {
        Write("a", authority.Issue("CN=long", days: 90));
        Write("b", authority.Issue("CN=one", ["A.B"], days: 10));
        Write("c", authority.Issue("CN=two", ["A.B", "A.C"], days: 5));
        Write("d", authority.Issue("CN=all", ["*.*"], days: 5));
        Write("e", authority.Issue("CN=longer", days: 91));
        Write(null, authority.Issue("CN=pem", ["A.B"], days: 11));
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "not a key");
        var certificates = ClientCertificates.Load(folder, DateTimeOffset.UtcNow);
        Assert.Equal(["all", "two", "pem", "one", "longer", "long"], certificates.List.Select(one => CertificateIdentity.Of(one).User));
    }

    [Fact]
    public void A_directory_with_a_bad_pair_is_refused()
    {
        Assert.True(ClientCertificates.Load(Path.Combine(folder, "none"), DateTimeOffset.UtcNow).IsEmpty);
        Assert.True(ClientCertificates.Load(folder, DateTimeOffset.UtcNow).IsEmpty);
        Write("a", authority.Issue("CN=x", days: 10));
        Assert.StartsWith("a.cert expired 5d", Assert.Throws<SrpcException>(() => ClientCertificates.Load(folder, DateTimeOffset.UtcNow.AddDays(14.01))).Message);
        Assert.StartsWith("a.cert will not be valid for ", Assert.Throws<SrpcException>(() => ClientCertificates.Load(folder, DateTimeOffset.UtcNow.AddDays(-3))).Message);
        File.Delete(Path.Combine(folder, "a.cert"));
        Assert.StartsWith("unable to load keypair: ", Assert.Throws<SrpcException>(() => ClientCertificates.Load(folder, DateTimeOffset.UtcNow)).Message);
        File.WriteAllText(Path.Combine(folder, "a.cert"), authority.Issue("CN=y").ExportCertificatePem());
        Assert.StartsWith("unable to load keypair: ", Assert.Throws<SrpcException>(() => ClientCertificates.Load(folder, DateTimeOffset.UtcNow)).Message);
    }

    [Fact]
    public void One_pair_out_of_date_is_an_error_for_all()
    {
        Write("good", authority.Issue("CN=x", ["*.*"], days: 90));
        Write("old", authority.Issue("CN=y", days: 10));
        var failure = Assert.Throws<SrpcException>(() => ClientCertificates.Load(folder, DateTimeOffset.UtcNow.AddDays(20)));
        Assert.Matches("^old.cert expired [0-9]+d.* ago$", failure.Message);
    }

    [Fact]
    public void A_key_that_the_platform_cannot_use_is_named()
    {
        File.WriteAllText(Path.Combine(folder, "a.cert"), """
            -----BEGIN CERTIFICATE-----
            MIIBLjCB4aADAgECAhQl/pNcmHN1lpqaYgG9PWVCxtBCATAFBgMrZXAwDDEKMAgG
            A1UEAwwBeDAgFw0yNjExMjExNDI3MjhaGA8yMTI2MTAyODE0MjcyOFowDDEKMAgG
            A1UEAwwBeDAqMAUGAytlcAMhAFgIc58RSujZj1uP4P91XARPlNkOCGuIByDS5dof
            Sr6lo1MwUTAdBgNVHQ4EFgQU1X6qmHV2iWkxHD1ZDL4TTpx8EP4wHwYDVR0jBBgw
            FoAU1X6qmHV2iWkxHD1ZDL4TTpx8EP4wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
            QQAJ39B6WTWuFMQlHC7WpqrtXt9hTrm7SYrb+lyiaRImiwx2EXkFKru4UJua/T5f
            8JqwfjEwtvIHRaAksPnjcncN
            -----END CERTIFICATE-----
            """);
        File.WriteAllText(Path.Combine(folder, "a.key"), """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINWVE12GoUjiHWWcZIIogy8wLhUw5OrPzf9Bx7UbmOao
            -----END PRIVATE KEY-----
            """);
        var failure = Assert.Throws<SrpcException>(() => ClientCertificates.Load(folder, DateTimeOffset.UtcNow));
        Assert.Contains("a.cert has an Ed25519 key, which .NET cannot use", failure.Message);
    }

    [Fact]
    public async Task The_best_certificate_of_a_directory_is_used()
    {
        Write("a", authority.Issue("CN=long", days: 90));
        Write("d", authority.Issue("CN=all", ["*.*"], days: 5));
        var server = InProcess.Server(new() { Tls = () => new(authority.IssueServer(), authority.Authorities) });
        await using var connection = await server.ConnectAsync(new() { Certificates = ClientCertificates.Load(folder, DateTimeOffset.UtcNow) });
        Assert.Equal("all//True", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public void Authorities_are_read_from_a_file()
    {
        var path = Path.Combine(folder, "CA.pem");
        File.WriteAllText(path, "no PEM");
        Assert.Throws<SrpcException>(() => CertificateAuthorities.Load(path));
        Assert.Throws<FileNotFoundException>(() => CertificateAuthorities.Load(path + "x"));
    }

    void Write(string? name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(folder, name is null ? "cert.pem" : name + ".cert"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, name is null ? "key.pem" : name + ".key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }
}
