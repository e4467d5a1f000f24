using System.Security.Cryptography;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers.Shared;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Publishing;

/// <summary>Builds look at the certificate of the image server they talk to.</summary>
public sealed class ServerVerificationTests : IAsyncLifetime
{
    readonly RecordedProgress progress = new();
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk verify, é ");
    TestServer server = null!;
    string fingerprint = "";

    public async Task InitializeAsync()
    {
        fingerprint = WriteSite("site");
        WriteSite("other");
        server = await TestServer.StartAsync(options =>
        {
            options.PermitInsecureMode = false;
            options.AuthoritiesFile = At("site/CA.pem");
            options.CertificateFile = At("site/imageserver/cert.pem");
            options.KeyFile = At("site/imageserver/key.pem");
        });
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    string At(string path) => Path.Combine(directory.FullName, path);

    [Fact]
    public async Task AServerThatIsVerifiedByNothingIsAWarningOnce()
    {
        for (var round = 0; round < 2; round++)
            await AskAsync(Settings);
        Assert.Equal(["Warning IMG7190"], progress.Lines);
    }

    [Fact]
    public async Task AuthoritiesAndFingerprintsVerify()
    {
        await AskAsync(Settings with { AuthoritiesFile = At("site/CA.pem") });
        await AskAsync(Settings with { Fingerprint = fingerprint });
        // The fingerprint counts first.
        await AskAsync(Settings with { Fingerprint = fingerprint, AuthoritiesFile = At("other/CA.pem") });
        Assert.Empty(progress.Lines);
    }

    [Fact]
    public async Task AForeignServerIsRefusedWithWhatItsCertificateSays()
    {
        var foreign = await Assert.ThrowsAsync<BuildException>(() => AskAsync(Settings with { AuthoritiesFile = At("other/CA.pem") }));
        Assert.Equal("IMG7005", foreign.Diagnostic.Code);
        Assert.Contains($"was issued by \"CN=site\", which leads to none of the trusted authorities (\"CN=other\")", foreign.Message);
        var unknown = await Assert.ThrowsAsync<BuildException>(() => AskAsync(Settings with { Fingerprint = new string('a', 64) }));
        Assert.Contains(fingerprint, unknown.Message);
        var malformed = await Assert.ThrowsAsync<BuildException>(() => AskAsync(Settings with { Fingerprint = "12:34" }));
        Assert.Equal("IMG7008", malformed.Diagnostic.Code);
        Assert.Contains("ImageServerFingerprint", malformed.Message);
        Assert.Equal("IMG7008", (await Assert.ThrowsAsync<BuildException>(() => AskAsync(Settings with { AuthoritiesFile = At("none.pem") }))).Diagnostic.Code);
    }

    ImageServerSettings Settings => new($"127.0.0.1:{server.Port}", At("site/users/alice"));

    async Task AskAsync(ImageServerSettings settings)
    {
        await using var link = new ServerLink(settings, null, progress);
        Assert.False(await link.AskAsync(client => client.CheckImageAsync("none"), CancellationToken.None));
    }

    /// <returns>The SHA-256 of the server's certificate.</returns>
    string WriteSite(string name)
    {
        static CertificateTerms Terms(string name) => new(name) { NotBefore = DateTimeOffset.UtcNow.AddHours(-1), NotAfter = DateTimeOffset.UtcNow.AddDays(1) };
        var site = new CertificateSite(At(name));
        using var authority = CertificateAuthority.Create(Terms(name));
        site.AddAuthority(authority);
        using var host = authority.Issue(Terms("imageserver") with { Hosts = ["server.test"] });
        site.AddServer("imageserver", host);
        using var user = authority.Issue(Terms("alice") with { Methods = ["*.*"] });
        site.AddUser("alice", user);
        site.Write();
        return Convert.ToHexString(SHA256.HashData(host.Certificate.RawData));
    }
}
