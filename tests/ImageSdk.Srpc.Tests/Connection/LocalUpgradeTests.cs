using System.Net.Sockets;
using System.Security.Cryptography;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

public class LocalUpgradeTests
{
    static readonly TestAuthority authority = new("ca");

    static readonly SrpcClientOptions alice = new() { Certificates = ClientCertificates.Of(authority.Issue("CN=alice", ["*.*"], ["admins"])) };

    static SrpcServer Server(SrpcServerOptions? options = null) => new(options ?? new(),
    [
        EchoService.Create().Stream("Remote", call => call.WriteTextAsync($"{call.Peer.Remote}/{call.Peer.Certificate?.Subject}\n").AsTask()),
    ]);

    static SrpcServer Tls(SrpcServerOptions? options = null) =>
        Server((options ?? new()) with { Tls = () => new(authority.IssueServer(), authority.Authorities) });

    static async Task<string> RemoteAsync(SrpcConnection connection)
    {
        await using var call = await connection.OpenCallAsync("Test.Remote");
        var line = await call.ReadLineAsync();
        await call.CloseAsync();
        return line;
    }

    [Fact]
    public async Task A_connection_on_one_machine_moves_to_a_Unix_socket()
    {
        await using var server = new LoopbackServer(Server());
        await using var connection = await new SrpcDialer(new()).ConnectAsync(server.Address);
        Assert.True(connection.IsLocal);
        var text = new string('x', 1_000_000);
        for (var call = 0; call < 5; call++)
            Assert.Equal(text, await connection.EchoAsync(text));
        Assert.StartsWith("127.0.0.1:", await RemoteAsync(connection));
    }

    [Fact]
    public async Task It_moves_in_JSON_too()
    {
        await using var server = new LoopbackServer(Server());
        await using var connection = await new SrpcDialer(new() { Coding = SrpcCoding.Json }).ConnectAsync(server.Address);
        Assert.True(connection.IsLocal);
        Assert.Equal("text", await connection.EchoAsync("text"));
    }

    [Fact]
    public async Task Who_calls_and_what_is_permitted_stays()
    {
        await using var server = new LoopbackServer(Tls());
        await using var connection = await new SrpcDialer(alice).ConnectAsync(server.Address);
        Assert.True(connection.IsLocal);
        Assert.Equal(SrpcEndpoint.GobTls, connection.Endpoint);
        Assert.Equal("alice/admins/True", await connection.EchoAsync("", "WhoAmI"));
        Assert.EndsWith("/CN=alice", await RemoteAsync(connection));
        var bob = new SrpcClientOptions { Certificates = ClientCertificates.Of(authority.Issue("CN=bob")) };
        await using var other = await new SrpcDialer(bob).ConnectAsync(server.Address);
        Assert.True(other.IsLocal);
        Assert.Equal("bob//False", await other.EchoAsync("", "WhoAmI"));
        Assert.True((await Assert.ThrowsAsync<SrpcException>(() => other.EchoAsync("x", "Fail"))).IsAccessDenied);
    }

    [Fact]
    public async Task Who_gave_up_powers_stays_on_TCP()
    {
        await using var server = new LoopbackServer(Tls());
        await using var connection = await new SrpcDialer(alice with { WithoutMethodPowers = true }).ConnectAsync(server.Address);
        Assert.False(connection.IsLocal);
        Assert.Equal("alice/admins/False", await connection.EchoAsync("", "WhoAmI"));
    }

    [Fact]
    public async Task The_built_in_service_does_not_open_clear_text()
    {
        await using var server = new LoopbackServer(Tls());
        Assert.Equal("missing certificate", (await Assert.ThrowsAsync<SrpcException>(() => new SrpcDialer(new()).ConnectAsync(server.Address))).Message);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Each_side_can_refuse(bool isOffered, bool isWanted)
    {
        var inner = Server(new() { OfferLocalUpgrade = isOffered });
        Assert.Equal(isOffered, inner.Methods.Contains(".LocalUpgradeToUnix"));
        await using var server = new LoopbackServer(inner);
        await using var connection = await new SrpcDialer(new() { UpgradeLocalConnections = isWanted }).ConnectAsync(server.Address);
        Assert.False(connection.IsLocal);
        Assert.Equal("text", await connection.EchoAsync("text"));
    }

    [Fact]
    public async Task Many_at_once_are_served_and_nothing_is_left()
    {
        await using (var server = new LoopbackServer(Tls()))
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
            {
                await using var connection = await new SrpcDialer(alice).ConnectAsync(server.Address);
                Assert.Equal($"{number}", await connection.EchoAsync($"{number}"));
            }));
        }
        // Those of tests that run at the same time go as well.
        await Wait.UntilAsync(() => !File.ReadAllText("/proc/net/unix").Contains($"@SRPC.{Environment.ProcessId}.", StringComparison.Ordinal));
    }

    static async Task<(SrpcClientCall, LocalUpgradeResponseOne)> AskAsync(SrpcConnection connection)
    {
        var call = await connection.OpenCallAsync(LocalUpgrade.Method);
        await call.WriteAsync(LocalUpgradeRequestOne.Gob, new() { ClientCookie = [1, 2, 3, 4, 5, 6, 7, 8] });
        await call.FlushAsync();
        return (call, await call.ReadAsync(LocalUpgradeResponseOne.Gob));
    }

    static async Task<NetworkStream> VisitAsync(LocalUpgradeResponseOne offer)
    {
        var socket = LocalUpgrade.NewSocket();
        await socket.ConnectAsync(LocalUpgrade.Address(offer.SocketPathname));
        return new NetworkStream(socket, ownsSocket: true);
    }

    [Fact]
    public async Task A_cookie_may_come_in_pieces_and_strangers_are_sent_away()
    {
        await using var connection = await Server().ConnectAsync();
        var (call, offer) = await AskAsync(connection);
        Assert.Equal(("", 8), (offer.Error, offer.ServerCookie.Length));
        await using var silent = await VisitAsync(offer);
        await using var stranger = await VisitAsync(offer);
        await stranger.WriteAsync(RandomNumberGenerator.GetBytes(8));
        Assert.Equal(-1, stranger.ReadByte());
        await using var transport = await VisitAsync(offer);
        foreach (var value in offer.ServerCookie)
            await transport.WriteAsync(new[] { value });
        Assert.Equal(0, transport.ReadByte());
        await call.WriteAsync(LocalUpgradeRequestTwo.Gob, new() { SentServerCookie = true });
        await call.FlushAsync();
        Assert.Equal("", (await call.ReadAsync(LocalUpgradeResponseTwo.Gob)).Error);
        var cookie = new byte[8];
        await transport.ReadExactlyAsync(cookie);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], cookie);
        Assert.Equal(-1, silent.ReadByte());
        await transport.WriteAsync("\n"u8.ToArray());
        Assert.Equal('\n', transport.ReadByte());
        // The old transport has ended.
        await Assert.ThrowsAsync<SrpcException>(call.ReadLineAsync);
    }

    [Theory]
    [InlineData(true, "cookie not found")]
    [InlineData(false, null)]
    public async Task Who_does_not_come_stays(bool isSent, string? answer)
    {
        await using var connection = await Server().ConnectAsync();
        var (call, offer) = await AskAsync(connection);
        await call.WriteAsync(LocalUpgradeRequestTwo.Gob, new() { SentServerCookie = isSent });
        await call.FlushAsync();
        if (answer is not null)
            Assert.Equal(answer, (await call.ReadAsync(LocalUpgradeResponseTwo.Gob)).Error);
        await call.CloseAsync();
        Assert.Equal("text", await connection.EchoAsync("text"));
        await Assert.ThrowsAsync<SocketException>(() => VisitAsync(offer));
    }

    [Fact]
    public async Task Offers_are_limited()
    {
        var server = Server();
        var connections = new List<SrpcConnection>();
        try
        {
            for (var asked = 0; asked < 64; asked++)
            {
                connections.Add(await server.ConnectAsync());
                Assert.Equal("", (await AskAsync(connections[^1])).Item2.Error);
            }
            await using var late = await server.ConnectAsync();
            var (call, offer) = await AskAsync(late);
            Assert.Equal("no socket", offer.Error);
            await call.CloseAsync();
            await late.PingAsync();
        }
        finally
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }
    }

    // What servers of others may say: each time the client stays where it is.
    [Theory]
    [InlineData("no socket", "", 8)]
    [InlineData("", "@SRPC.nobody-listens-here", 8)]
    [InlineData("", "/etc/passwd", 8)]
    [InlineData("", "", 8)]
    [InlineData("", "@", 8)]
    [InlineData("", "@x", 3)]
    public async Task A_useless_offer_is_declined(string error, string name, int cookieSize)
    {
        bool? isSent = null;
        var service = new SrpcService("") { Grants = (_, _) => true }.Stream(LocalUpgrade.MethodName, async call =>
        {
            await call.ReadAsync(LocalUpgradeRequestOne.Gob);
            await call.WriteAsync(LocalUpgradeResponseOne.Gob, new() { Error = error, SocketPathname = name, ServerCookie = new byte[cookieSize] });
            await call.FlushAsync();
            if (error.Length == 0)
                isSent = (await call.ReadAsync(LocalUpgradeRequestTwo.Gob)).SentServerCookie;
        });
        await using var server = new LoopbackServer(new SrpcServer(new() { OfferLocalUpgrade = false }, [service, EchoService.Create()]));
        await using var connection = await new SrpcDialer(new()).ConnectAsync(server.Address);
        Assert.False(connection.IsLocal);
        Assert.Equal("text", await connection.EchoAsync("text"));
        Assert.Equal(error.Length > 0 ? null : false, isSent);
    }
}
