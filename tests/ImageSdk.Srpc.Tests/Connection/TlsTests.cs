using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageSdk.Srpc.Tests;

public class TlsTests
{
    static readonly TestAuthority authority = new("full");
    static readonly TestAuthority identityAuthority = new("identity");
    static readonly TestAuthority stranger = new("stranger");
    static readonly SslStreamCertificateContext serverCertificate = authority.IssueServer();

    static SrpcServer Server(SrpcServerOptions? options = null) => InProcess.Server((options ?? new()) with
    {
        Tls = () => new SrpcServerTls(serverCertificate, authority.Authorities, identityAuthority.Authorities),
    });

    static SrpcClientOptions As(X509Certificate2 certificate) => new() { Certificates = ClientCertificates.Of(certificate) };

    static readonly X509Certificate2 admin = authority.Issue("CN=alice", ["*.*"], ["admins", "staff"]);
    static readonly X509Certificate2 user = authority.Issue("CN=bob");

    [Fact]
    public async Task A_certificate_tells_who_calls_and_what_is_permitted()
    {
        await using var connection = await Server().ConnectAsync(As(admin));
        Assert.Equal(SrpcEndpoint.GobTls, connection.Endpoint);
        Assert.Equal("alice/admins,staff/True", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task Powers_can_be_given_up()
    {
        await using var connection = await Server().ConnectAsync(As(admin) with { WithoutMethodPowers = true });
        Assert.Equal("alice/admins,staff/False", await connection.EchoAsync("", "WhoAmI"));
        await AssertDeniedAsync(connection);
    }

    [Fact]
    public async Task Without_power_only_public_methods_can_be_called()
    {
        await using var connection = await Server().ConnectAsync(As(user));
        Assert.Equal("bob//False", await connection.EchoAsync("", "WhoAmI"));
        await AssertDeniedAsync(connection);
    }

    [Fact]
    public async Task A_certificate_without_a_name_bears_that_of_its_issuer()
    {
        await using var connection = await Server().ConnectAsync(As(authority.Issue("O=nobody")));
        Assert.Equal("full//False", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task A_certificate_for_identity_grants_no_methods()
    {
        await using var connection = await Server().ConnectAsync(As(identityAuthority.Issue("CN=carol", ["*.*"], ["admins"])));
        Assert.Equal("carol/admins/False", await connection.EchoAsync("", "WhoAmI"));
        await AssertDeniedAsync(connection);
    }

    [Fact]
    public async Task Trusted_users_and_groups_have_power()
    {
        await using var trusted = await Server(new() { TrustedUsers = new HashSet<string> { "bob" } }).ConnectAsync(As(user));
        Assert.Equal("bob//True", await trusted.EchoAsync("", "WhoAmI"));
        await using var member = await Server(new() { TrustedGroups = new HashSet<string> { "admins" } })
            .ConnectAsync(As(identityAuthority.Issue("CN=carol", groups: ["admins"])));
        Assert.Equal("carol/admins/True", await member.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task A_stranger_gets_nothing()
    {
        var failure = await Assert.ThrowsAsync<SrpcException>(async () =>
        {
            await using var connection = await Server().ConnectAsync(As(stranger.Issue("CN=eve", ["*.*"])));
            await connection.EchoAsync("", "WhoAmI");
        });
        Assert.False(failure.IsFromServer);
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_not_offered()
    {
        var failure = await Assert.ThrowsAsync<SrpcException>(() => Server().ConnectAsync(As(authority.Issue("CN=late", days: 0))));
        Assert.StartsWith("no valid certificates: expired ", failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificates_between_are_sent_along_and_grant_methods(bool isTlsFirst)
    {
        var between = authority.Delegate("between", ["Test.*"]);
        var certificates = ClientCertificates.Of(between.Issue("CN=dora", groups: ["g"]), [between.Certificate]);
        var server = InProcess.Server(new() { Tls = () => new SrpcServerTls(serverCertificate, authority.Authorities) });
        var (client, remote) = await DuplexPair.OpenAsync();
        _ = server.AcceptAsync(remote, new SrpcPeer());
        var dialer = new SrpcDialer(new() { Certificates = certificates });
        await using var connection = (await dialer.OpenAsync(client, SrpcEndpoint.GobTls, isTlsFirst, default))!;
        Assert.Equal("dora/g/True", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task A_server_certificate_is_no_client_certificate()
    {
        await Assert.ThrowsAsync<SrpcException>(async () =>
        {
            await using var connection = await Server().ConnectAsync(As(authority.Issue("CN=x", ["*.*"], usage: "1.3.6.1.5.5.7.3.1")));
            await connection.EchoAsync("", "WhoAmI");
        });
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_told_so()
    {
        var failure = await Assert.ThrowsAsync<SrpcException>(() => Server().ConnectAsync());
        Assert.Equal("missing certificate", failure.Message);
    }

    [Fact]
    public async Task A_method_for_everybody_opens_clear_text_for_itself_only()
    {
        var service = EchoService.Create().Stream("Open", _ => Task.CompletedTask, SrpcMethodOptions.Unauthenticated);
        var server = new SrpcServer(
            new() { Tls = () => new SrpcServerTls(serverCertificate, authority.Authorities) }, [service]);
        await using var connection = await server.ConnectAsync();
        await (await connection.OpenCallAsync("Test.Open")).CloseAsync();
        Assert.True((await Assert.ThrowsAsync<SrpcException>(() => connection.EchoAsync("", "WhoAmI"))).IsAccessDenied);
    }

    [Fact]
    public async Task Clear_text_is_taken_where_there_is_no_TLS_unless_forbidden()
    {
        await using var connection = await InProcess.Server().ConnectAsync(As(user));
        Assert.Equal(SrpcEndpoint.Gob, connection.Endpoint);
        Assert.Equal("//True", await connection.EchoAsync("", "WhoAmI"));
        var failure = await Assert.ThrowsAsync<SrpcException>(
            () => InProcess.Server().ConnectAsync(As(user) with { AllowClearTextFallback = false }));
        Assert.Equal("no SRPC endpoint", failure.Message);
    }

    [Theory]
    [InlineData(true, "/_go_TLS_SRPC_/", "/_goSRPC_/")]
    [InlineData(false, "/_go_TLS_SRPC_/")]
    public async Task A_server_that_answers_404_gets_clear_text_only_where_that_is_allowed(bool isAllowed, params string[] paths)
    {
        var answers = new List<ScriptedStream>();
        var dialer = new SrpcDialer(As(user) with { AllowClearTextFallback = isAllowed })
        {
            OpenTransport = (_, _) =>
            {
                answers.Add(new ScriptedStream("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
                return new(answers[^1]);
            },
        };
        Assert.Equal("no SRPC endpoint", (await Assert.ThrowsAsync<SrpcException>(() => dialer.ConnectAsync())).Message);
        Assert.Equal(
            paths.Select(path => $"CONNECT {path} HTTP/1.0\n\n"),
            answers.Select(answer => System.Text.Encoding.ASCII.GetString(answer.Written)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_to_be_verified_is_never_spoken_to_in_clear_text(bool hasCertificate)
    {
        var verification = ServerVerification.ByAuthorities(authority.Authorities);
        var options = hasCertificate ? As(user) with { ServerVerification = verification } : new SrpcClientOptions { ServerVerification = verification };
        var failure = await Assert.ThrowsAsync<SrpcException>(() => InProcess.Server().ConnectAsync(options));
        Assert.Equal("no SRPC endpoint with TLS, without which the server cannot be verified", failure.Message);

        var asked = new List<ScriptedStream>();
        var dialer = new SrpcDialer(options)
        {
            OpenTransport = (_, _) =>
            {
                asked.Add(new ScriptedStream("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
                return new(asked[^1]);
            },
        };
        await Assert.ThrowsAsync<SrpcException>(() => dialer.ConnectAsync());
        Assert.Equal(["CONNECT /_go_TLS_SRPC_/ HTTP/1.0\n\n"], asked.Select(stream => System.Text.Encoding.ASCII.GetString(stream.Written)));
    }

    [Fact]
    public async Task A_client_without_a_certificate_verifies_the_server()
    {
        var service = EchoService.Create().Stream("Open", _ => Task.CompletedTask, SrpcMethodOptions.Unauthenticated);
        var server = new SrpcServer(new() { Tls = () => new SrpcServerTls(serverCertificate, authority.Authorities) }, [service]);
        var foreign = await Assert.ThrowsAsync<SrpcException>(
            () => server.ConnectAsync(new SrpcClientOptions { ServerVerification = ServerVerification.ByAuthorities(stranger.Authorities) }));
        Assert.Contains("which leads to none of the trusted authorities", foreign.Message);
    }

    [Fact]
    public async Task TLS_may_come_before_the_request()
    {
        var (client, remote) = await DuplexPair.OpenAsync();
        _ = Server().AcceptAsync(remote, new SrpcPeer());
        await using var connection = (await new SrpcDialer(As(admin)).OpenAsync(client, SrpcEndpoint.GobTls, isTlsFirst: true, default))!;
        Assert.Equal("alice/admins,staff/True", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task The_dialer_tries_TLS_first_where_the_answer_is_no_HTTP()
    {
        var server = Server();
        var dials = 0;
        var dialer = new SrpcDialer(As(admin))
        {
            OpenTransport = async (_, _) =>
            {
                // The alert of a TLS server that got a request in clear text.
                if (dials++ == 0)
                    return new ScriptedStream([0x15, 3, 1, 0, 2, 2, 70]);
                var (client, remote) = await DuplexPair.OpenAsync();
                _ = server.AcceptAsync(remote, new SrpcPeer());
                return client;
            },
        };
        await using var connection = await dialer.ConnectAsync();
        Assert.Equal("alice/admins,staff/True", await connection.EchoAsync("", "WhoAmI"));
        Assert.Equal(2, dials);
    }

    [Fact]
    public async Task The_server_can_be_verified()
    {
        var fingerprint = Convert.ToHexString(SHA256.HashData(serverCertificate.TargetCertificate.RawData));
        await AssertServerAsync(true, ServerVerification.None);
        await AssertServerAsync(true, ServerVerification.ByAuthorities(authority.Authorities));
        await AssertServerAsync(true, ServerVerification.ByAuthorities(authority.Authorities, "server.test"));
        await AssertServerAsync(false, ServerVerification.ByAuthorities(authority.Authorities, "other.test"), "does not bear the name other.test");
        await AssertServerAsync(false, ServerVerification.ByAuthorities(stranger.Authorities),
            $"was issued by \"{serverCertificate.TargetCertificate.Issuer}\", which leads to none of the trusted authorities (\"");
        await AssertServerAsync(true, ServerVerification.ByFingerprint(fingerprint));
        await AssertServerAsync(true, ServerVerification.ByFingerprint(string.Join(':', fingerprint.Chunk(2).Select(pair => new string(pair)))));
        await AssertServerAsync(false, ServerVerification.ByFingerprint(new string('0', 64)), fingerprint);
        foreach (var wrong in new[] { "00", "", new string('g', 64), new string('0', 65) })
            Assert.Throws<FormatException>(() => ServerVerification.ByFingerprint(wrong));
    }

    static async Task AssertServerAsync(bool isAccepted, ServerVerification verification, string reason = "")
    {
        var unverified = 0;
        var dialing = Server().ConnectAsync(As(admin) with { ServerVerification = verification, OnUnverifiedServer = _ => unverified++ });
        if (!isAccepted)
        {
            var refusal = await Assert.ThrowsAsync<SrpcException>(() => dialing);
            Assert.Contains("the server's certificate \"", refusal.Message);
            Assert.Contains(reason, refusal.Message);
            return;
        }
        await using var connection = await dialing;
        await connection.PingAsync();
        Assert.Equal(verification == ServerVerification.None ? 1 : 0, unverified);
    }

    static async Task AssertDeniedAsync(SrpcConnection connection)
    {
        var refusal = await Assert.ThrowsAsync<SrpcException>(() => connection.EchoAsync("x", "Fail"));
        Assert.Equal("access to method denied", refusal.Message);
        Assert.True(refusal.IsAccessDenied);
        await connection.PingAsync();
    }
}
