using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc.Tests;

/// <summary>Whoever is refused learns why, as an alert of TLS, and so does the server's log.</summary>
public class RefusedCertificateTests
{
    const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    static readonly TestAuthority authority = new("full");
    static readonly SslStreamCertificateContext serverCertificate = authority.IssueServer();

    public static TheoryData<string, string, string> Refused => new()
    {
        { "stranger", "unknown ca", "\"CN=eve\" was issued by \"CN=stranger\", which leads to none of the trusted authorities (\"CN=full\")" },
        { "self-signed", "unknown ca", "\"CN=full\" was issued by \"CN=full\", which leads to none of the trusted authorities (\"CN=full\")" },
        { "expired", "certificate expired", "\"CN=late\" is valid from " },
        { "not yet", "certificate expired", "\"CN=early\" is valid from " },
        { "server usage", "bad certificate", "\"CN=x\" is not for this purpose: its extended key usage is " },
        { "malformed", "bad certificate", "\"CN=x\" is none that this server can read: bad line: \"nodot\"" },
        { "unknown string", "bad certificate", "\"CN=x\" is none that this server can read: malformed certificate: " },
    };

    static X509Certificate2[] Make(string kind)
    {
        switch (kind)
        {
            case "stranger": return [new TestAuthority("stranger").Issue("CN=eve", ["*.*"])];
            case "self-signed": return [new TestAuthority("full").IssueOwn()];
            case "expired": return [authority.Issue("CN=late", days: 0)];
            case "not yet": return [authority.Issue("CN=early", days: 30, fromDays: 10)];
            case "server usage": return [authority.Issue("CN=x", ["*.*"], usage: ServerUsage)];
            case "malformed": return [authority.Issue("CN=x", ["nodot"])];
            case "unknown string": return [authority.Issue("CN=x", extra: new(CertificateIdentity.GroupsOid, [0x30, 0x03, 0x02, 0x01, 0x05], false))];
            default: throw new ArgumentException(kind);
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_refusal_is_an_alert_and_a_reason(string kind, string alert, string reason)
    {
        foreach (var version in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            var (told, failure) = await ConnectAsync(Make(kind), version);
            Assert.Contains($"alert {alert}", told);
            Assert.StartsWith("the certificate of " + reason, Assert.IsType<CertificateRefusedException>(failure).Message);
        }
    }

    [Fact]
    public async Task A_client_without_a_certificate_gets_an_alert()
    {
        var (told, failure) = await ConnectAsync([], SslProtocols.Tls13);
        Assert.Contains("certificate required", told);
        Assert.Equal("no certificate", Assert.IsType<CertificateRefusedException>(failure).Message);
        (told, failure) = await ConnectAsync([], SslProtocols.Tls12);
        Assert.Contains("alert handshake failure", told);
        Assert.IsType<CertificateRefusedException>(failure);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2.5.29.37.0")]
    public async Task Any_usage_or_none_is_as_good_as_that_of_a_client(string? usage)
    {
        var server = InProcess.Server(new() { Tls = () => new(serverCertificate, authority.Authorities) });
        await using var connection = await server.ConnectAsync(new() { Certificates = ClientCertificates.Of(authority.Issue("CN=x", usage: usage)) });
        Assert.Equal("x//False", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task Clients_of_ours_say_that_it_is_the_certificate()
    {
        var server = InProcess.Server(new() { Tls = () => new(serverCertificate, authority.Authorities) });
        var failure = await Assert.ThrowsAsync<SrpcException>(async () =>
        {
            await using var connection = await server.ConnectAsync(new() { Certificates = ClientCertificates.Of(authority.Issue("CN=x", ["nodot"])) });
            await connection.EchoAsync("", "WhoAmI");
        });
        Assert.Equal("bad certificate", failure.Message);
    }

    // Handshakes, one beside the other, must not mix up who is who.
    [Fact]
    public async Task Many_handshakes_at_once_keep_apart()
    {
        var server = InProcess.Server(new() { Tls = () => new(serverCertificate, authority.Authorities) });
        var stranger = new TestAuthority("stranger");
        await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (number, _) =>
        {
            var issuer = number % 2 == 0 ? authority : stranger;
            var calling = Task.Run(async () =>
            {
                await using var connection = await server.ConnectAsync(new() { Certificates = ClientCertificates.Of(issuer.Issue($"CN=user{number}")) });
                return await connection.EchoAsync("", "WhoAmI");
            });
            if (number % 2 == 0)
                Assert.Equal($"user{number}//False", await calling);
            else
                await Assert.ThrowsAsync<SrpcException>(() => calling);
        });
    }

    /// <summary>Connects as a program that is none of ours.</summary>
    /// <returns>What the client is told, and what the server.</returns>
    static async Task<(string Told, Exception Failure)> ConnectAsync(X509Certificate2[] certificates, SslProtocols version)
    {
        var failed = new TaskCompletionSource<Exception>();
        var server = InProcess.Server(new()
        {
            Tls = () => new(serverCertificate, authority.Authorities),
            OnFailure = (_, problem) => failed.TrySetResult(problem),
        });
        var (client, remote) = await DuplexPair.OpenAsync();
        _ = server.AcceptAsync(remote, new SrpcPeer());
        using var tls = new SslStream(client);
        var refusal = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "",
                EnabledSslProtocols = version,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                ClientCertificateContext = certificates is [var leaf, .. var others] ? SslStreamCertificateContext.Create(leaf, [.. others], offline: true) : null,
            });
            await tls.WriteAsync("CONNECT /_go_TLS_SRPC_/ HTTP/1.0\n\n"u8.ToArray());
            await tls.ReadExactlyAsync(new byte[1]);
        });
        return (refusal.ToString(), await failed.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
