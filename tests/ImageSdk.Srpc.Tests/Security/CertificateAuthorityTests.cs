using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc.Tests;

public sealed class CertificateAuthorityTests : IDisposable
{
    const string Server = "1.3.6.1.5.5.7.3.1";
    const string Client = "1.3.6.1.5.5.7.3.2";

    static readonly DateTimeOffset from = DateTimeOffset.UtcNow.AddMinutes(-5);

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-srpc-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static CertificateTerms Terms(string name, double days = 30) => new(name) { NotBefore = from, NotAfter = from.AddDays(days) };

    static CertificateAuthority Authority(CertificateKeyType type = CertificateKeyType.Ecdsa) =>
        CertificateAuthority.Create(Terms("site", 100) with { KeyType = type });

    [Theory]
    [InlineData(CertificateKeyType.Ecdsa, CertificateKeyType.Ecdsa)]
    [InlineData(CertificateKeyType.Ecdsa, CertificateKeyType.Rsa)]
    [InlineData(CertificateKeyType.Rsa, CertificateKeyType.Ecdsa)]
    public async Task Its_certificates_do_for_servers_and_users(CertificateKeyType authorityType, CertificateKeyType type)
    {
        using var authority = Authority(authorityType);
        var trusted = new CertificateAuthorities([authority.Certificate]);
        using var host = authority.Issue(Terms("imageserver") with { KeyType = type, Hosts = ["server.test", "10.1.2.3", "*.more.test"], Methods = ["Test.WhoAmI"] });
        using var alice = authority.Issue(Terms("alice ü") with { KeyType = type, Groups = ["admins", "staff"], Methods = ["Test.*"] });
        var server = InProcess.Server(new() { Tls = () => new(SslStreamCertificateContext.Create(host.Certificate, null, offline: true), trusted) });
        foreach (var name in new[] { "server.test", "10.1.2.3", "x.more.test" })
        {
            await using var connection = await server.ConnectAsync(new()
            {
                Certificates = ClientCertificates.Of(alice.Certificate),
                ServerVerification = ServerVerification.ByAuthorities(trusted, name),
            });
            Assert.Equal("alice ü/admins,staff/True", await connection.EchoAsync("", "WhoAmI"));
        }
        // A server is the client of others.
        await using var replica = await server.ConnectAsync(new() { Certificates = ClientCertificates.Of(host.Certificate) });
        Assert.Equal("imageserver//True", await replica.EchoAsync("", "WhoAmI"));
        Assert.Null(trusted.Verify(alice.Certificate, [], new Oid(Server)));
    }

    [Fact]
    public void Certificates_say_what_they_are_for()
    {
        using var authority = Authority();
        using var host = authority.Issue(Terms("imageserver") with { Hosts = ["server.test"] });
        using var user = authority.Issue(Terms("alice"));
        Assert.Equal([Server, Client], Usages(host));
        Assert.Equal([Client], Usages(user));
        Assert.False(Extension<X509BasicConstraintsExtension>(user).CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, Extension<X509KeyUsageExtension>(user).KeyUsages);
        var issuer = authority.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single();
        Assert.Equal(issuer.SubjectKeyIdentifierBytes.ToArray(), Extension<X509AuthorityKeyIdentifierExtension>(user).KeyIdentifier!.Value.ToArray());
        Assert.NotEqual(issuer.SubjectKeyIdentifier, Extension<X509SubjectKeyIdentifierExtension>(user).SubjectKeyIdentifier);
        Assert.NotEqual(host.Certificate.SerialNumber, user.Certificate.SerialNumber);
    }

    static IEnumerable<string?> Usages(IssuedCertificate issued) =>
        Extension<X509EnhancedKeyUsageExtension>(issued).EnhancedKeyUsages.Cast<Oid>().Select(usage => usage.Value);

    static T Extension<T>(IssuedCertificate issued) where T : X509Extension => issued.Certificate.Extensions.OfType<T>().Single();

    [Fact]
    public void No_certificate_outlives_its_authority()
    {
        using var authority = Authority();
        using var user = authority.Issue(Terms("alice", 5000));
        Assert.Equal(authority.Certificate.NotAfter, user.Certificate.NotAfter);
        Assert.Throws<FormatException>(() => authority.Issue(new("alice") { NotBefore = from.AddDays(101), NotAfter = from.AddDays(102) }));
        Assert.Throws<FormatException>(() => authority.Issue(new("alice") { NotBefore = from, NotAfter = from }));
    }

    public static TheoryData<string, string[], string[], string[]> BadTerms => new()
    {
        { "", [], [], [] },
        { "..", [], [], [] },
        { "a/b", [], [], [] },
        { "a\nb", [], [], [] },
        { new string('x', 65), [], [], [] },
        { "x", [" "], [], [] },
        { "x", [], ["*"], [] },
        { "x", [], ["A.B.C"], [] },
        { "x", [], ["A.[B"], [] },
        { "x", [], [], ["no host"] },
        { "x", [], [], [""] },
        { "x", [], [], ["host:80"] },
    };

    [Theory]
    [MemberData(nameof(BadTerms))]
    public void What_no_peer_would_understand_is_not_issued(string name, string[] groups, string[] methods, string[] hosts)
    {
        using var authority = Authority();
        Assert.Throws<FormatException>(() => authority.Issue(Terms(name) with { Groups = groups, Methods = methods, Hosts = hosts }));
    }

    [Fact]
    public void A_site_has_the_files_that_servers_and_clients_look_for()
    {
        var site = new CertificateSite(folder);
        using var authority = Authority();
        site.AddAuthority(authority);
        using var host = authority.Issue(Terms("imageserver") with { Hosts = ["server.test"] });
        site.AddServer("imageserver", host);
        using var user = authority.Issue(Terms("alice") with { Methods = ["*.*"] });
        site.AddUser("alice", user);
        site.Write();
        Assert.Equal(6, Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length);
        Assert.All(site.Files.Where(file => file.EndsWith("key", StringComparison.Ordinal) || file.EndsWith("key.pem", StringComparison.Ordinal)),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        var trusted = CertificateAuthorities.Load(Path.Combine(folder, "CA.pem"));
        using var loaded = PemPair.Load(Path.Combine(folder, "imageserver/cert.pem"), Path.Combine(folder, "imageserver/key.pem")).TargetCertificate;
        Assert.NotNull(trusted.Verify(loaded, [], new Oid(Server)));
        Assert.Equal("CN=alice", ClientCertificates.Load(Path.Combine(folder, "users/alice"), DateTimeOffset.UtcNow).List.Single().Subject);

        using var again = new CertificateSite(folder).LoadAuthority();
        using var bob = again.Issue(Terms("bob"));
        Assert.NotNull(trusted.Verify(bob.Certificate, [], new Oid(Client)));
        Assert.Throws<FileNotFoundException>(() => new CertificateSite(folder).LoadAuthority(isForIdentity: true));
    }

    [Fact]
    public void What_exists_is_not_overwritten_and_nothing_is_written_then()
    {
        using var authority = Authority();
        using var user = authority.Issue(Terms("alice"));
        var existing = Path.Combine(folder, "users/alice/alice.key");
        Directory.CreateDirectory(Path.GetDirectoryName(existing)!);
        File.WriteAllText(existing, "precious");
        var site = new CertificateSite(folder);
        site.AddAuthority(authority);
        site.AddUser("alice", user);
        Assert.Equal(existing, Assert.Throws<CertificateExistsException>(site.Write).FilePath);
        Assert.Equal("precious", File.ReadAllText(existing));
        Assert.Equal([existing], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));

        var forced = new CertificateSite(folder) { Overwrites = true };
        forced.AddUser("alice", user);
        forced.Write();
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", File.ReadAllText(existing));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(existing));
    }

    [Fact]
    public void Who_is_no_authority_does_not_become_one()
    {
        using var authority = Authority();
        using var user = authority.Issue(Terms("alice"));
        File.WriteAllText(Path.Combine(folder, "CA.pem"), user.CertificatePem);
        File.WriteAllText(Path.Combine(folder, "CA.key"), user.KeyPem);
        Assert.Throws<CryptographicException>(() => new CertificateSite(folder).LoadAuthority());
    }
}
