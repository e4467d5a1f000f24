using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageSdk.ImageServer.Tests.Web;

/// <summary>
/// What a proxy and the server could read differently. A connection on which a request is not clear is refused and ends, so that nothing
/// that follows is taken for another one's request; and one that began with a page never becomes an SRPC connection.
/// </summary>
public sealed class RequestSmugglingTests : IAsyncLifetime
{
    const string Next = "GET /readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    WebTestServer web = null!;

    public async Task InitializeAsync() => web = await WebTestServer.StartAsync();

    public async Task DisposeAsync() => await web.DisposeAsync();

    [Fact]
    public async Task Clear_requests_are_answered_one_after_the_other() => Assert.Equal(2, Count(await AskAsync("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + Next)));

    [Theory]
    [InlineData("both lengths", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("both lengths, the other way round", "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("two lengths", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a list of lengths", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 5\r\n\r\n")]
    [InlineData("a signed length", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("a negative length", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("an unknown encoding", "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("chunks that are not last", "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("a folded header", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a blank before the colon", "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n")]
    [InlineData("a blank before the name", "GET /healthz HTTP/1.1\r\n Host: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("a carriage return in a header", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 5\r\n\r\n")]
    [InlineData("a NUL in a header", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n")]
    [InlineData("no host", "GET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("bare line feeds and both lengths", "GET /healthz HTTP/1.1\nHost: a\nContent-Length: 5\nTransfer-Encoding: chunked\n\n0\n\n")]
    [InlineData("an unknown version", "GET /healthz HTTP/3.7\r\nHost: a\r\n\r\n")]
    public async Task A_request_that_is_not_clear_ends_its_connection(string what, string request)
    {
        var answers = await AskAsync(request + Next);
        Assert.True(Count(answers) == 1, $"{what}:\n{answers}");
    }

    [Theory]
    [InlineData("0\r\n\r\n")]
    [InlineData("5;name=value\r\nabcde\r\n0;last\r\n\r\n")]
    [InlineData("5\r\nabcde\r\n0\r\nTrailer: a\r\n\r\n")]
    public async Task A_request_with_a_body_is_the_last_of_its_connection(string body)
    {
        var answers = await AskAsync("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + Next);
        Assert.Equal(1, Count(answers));
    }

    [Theory]
    [InlineData("5\nabcde\r\n0\r\n\r\n")]
    [InlineData("5 5\r\nabcde\r\n0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\nabcde\r\n0\r\n\r\n")]
    [InlineData("-1\r\nabcde\r\n0\r\n\r\n")]
    [InlineData("5\r\nabcdeGET / HTTP/1.1\r\n0\r\n\r\n")]
    public async Task Chunks_that_are_none_end_the_connection(string body) =>
        Assert.InRange(Count(await AskAsync("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + Next)), 0, 1);

    /// <summary>What a connection is, its first bytes say. A proxy that lends one connection to many callers lends no SRPC.</summary>
    [Theory]
    [InlineData("CONNECT /_SRPC_/unsecured HTTP/1.0\r\n\r\n")]
    [InlineData("CONNECT /_SRPC_/TLS HTTP/1.0\r\n\r\n")]
    [InlineData("CONNECT /_goSRPC_/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_connection_that_began_with_a_page_never_becomes_SRPC(string connect)
    {
        var answers = await AskAsync("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + connect + "ImageServer.ListImages\n\n");
        Assert.DoesNotContain("Connected", answers, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.0 200", answers, StringComparison.Ordinal);
        Assert.Equal(1, answers.Split("200 OK").Length - 1);
    }

    /// <summary>All that comes until the server ends the connection: because of what it does not understand, or because it is asked to.</summary>
    async Task<string> AskAsync(string requests)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, web.Server.Port);
        var stream = connection.GetStream();
        var answers = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(requests));
            var buffer = new byte[65536];
            while (await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(60)) is > 0 and var length)
                answers.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        catch (IOException)
        {
            // The server ended it.
        }
        return answers.ToString();
    }

    static int Count(string answers) => answers.Split("HTTP/1.").Length - 1;
}
