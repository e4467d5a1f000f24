using System.Net.Sockets;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Web.Proxies;

/// <summary>
/// Requests that a proxy and the server could read differently, through proxies as sites have them. Each request that a proxy passes on has
/// a mark that only it knows; what the server answers without one, it was smuggled.
/// </summary>
public sealed class ProxySmugglingTests
{
    const string Inner = "GET /healthz?smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const string Head = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
    const string Post = "POST /healthz HTTP/1.1\r\nHost: a\r\n";

    // Whoever has not answered by then waits for more, and gets it: the end of the connection.
    static readonly TimeSpan silence = TimeSpan.FromMilliseconds(150);
    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    sealed class ProxyTheoryAttribute : TheoryAttribute
    {
        public ProxyTheoryAttribute() => Skip = ProxyProcess.Find("nginx") is null || ProxyProcess.Find("haproxy") is null ? "needs nginx and haproxy" : null;
    }

    static IEnumerable<(string What, string Request)> Requests()
    {
        var chunked = "0\r\n\r\n" + Inner;
        var length = $"Content-Length: {chunked.Length}\r\n";
        yield return ("length, then chunks", Post + length + "Transfer-Encoding: chunked\r\n\r\n" + chunked);
        yield return ("chunks, then length", Post + "Transfer-Encoding: chunked\r\n" + length + "\r\n" + chunked);
        yield return ("chunks in HTTP/1.0", "POST /healthz HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n" + length + "\r\n" + chunked);
        foreach (var encoding in (string[])
            ["Transfer-Encoding : chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding: \u000bchunked", "Transfer-Encoding: chunked\u0000",
             "Transfer-Encoding: \"chunked\"", "Transfer-Encoding:\r\n chunked", "Transfer-Encoding\r\n : chunked", "X: a\r\n\tTransfer-Encoding: chunked", "X: a\rTransfer-Encoding: chunked",
             "X: a\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", " Transfer-Encoding: chunked", "transfer_encoding: chunked", "Transfer-Encoding: CHUNKED ", "Transfer-Encoding: chunked;a=b"])
        {
            yield return ("encoding and length: " + encoding, Post + encoding + "\r\n" + length + "\r\n" + chunked);
            yield return ("encoding alone: " + encoding, Post + encoding + "\r\n\r\n" + chunked);
        }
        foreach (var value in (string[])["+{0}", "-{0}", "0x{0}", "{0}, 0", "0, {0}", " {0} ", "0{0}", "{0}.0", "1e1", "{0}\u000b", "\"{0}\"", "18446744073709551616", ""])
            yield return ("length: " + value, Post + $"Content-Length: {value.Replace("{0}", $"{Inner.Length}", StringComparison.Ordinal)}\r\n\r\n" + Inner);
        yield return ("two lengths, the first one empty", Post + $"Content-Length: 0\r\nContent-Length: {Inner.Length}\r\n\r\n" + Inner);
        yield return ("two lengths, the second one empty", Post + $"Content-Length: {Inner.Length}\r\nContent-Length: 0\r\n\r\n" + Inner);
        yield return ("a folded length", Post + $"Content-Length:\r\n {Inner.Length}\r\n\r\n" + Inner);
        yield return ("a length named by the connection", Post + $"Connection: Content-Length\r\nContent-Length: {Inner.Length}\r\n\r\n" + Inner);
        yield return ("a length of a GET", Head + $"Content-Length: {Inner.Length}\r\n\r\n" + Inner);
        yield return ("a folded header", Head + "X: a\r\n b\r\n\r\n" + Inner);
        yield return ("a folded first header", "GET /healthz HTTP/1.1\r\n Host: a\r\n\r\n" + Inner);
        yield return ("line feeds alone", (Post + length + "Transfer-Encoding: chunked\r\n\r\n").Replace("\r\n", "\n", StringComparison.Ordinal) + chunked);
        yield return ("a line feed alone before the body", Head + "X: a\n\r\n" + Inner);
        foreach (var size in (string[])
            ["5;a=b", "5;a=b\nX", "5 ", " 5", "05", "+5", "-5", "0x5", "5\u0000", "5;\"\r\n", "5\n", "FFFFFFFFFFFFFFFF5", "5;" + new string('x', 5000)])
            yield return ("chunk " + size[..Math.Min(size.Length, 10)], Post + $"Transfer-Encoding: chunked\r\n\r\n{size}\r\nabcde\r\n{chunked}");
        yield return ("a chunk that is longer than it says", Post + "Transfer-Encoding: chunked\r\n\r\n1\r\nabcde\r\n" + chunked);
        yield return ("chunks that end with line feeds", Post + "Transfer-Encoding: chunked\r\n\r\n5\nabcde\n0\n\n" + Inner);
        yield return ("a trailer that is a length", Post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 100\r\n\r\n" + Inner);
        yield return ("HTTP/0.9", "GET /healthz\r\n" + Inner);
        yield return ("an unknown version", "GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n" + Inner);
        yield return ("an absolute address", "GET http://other/healthz HTTP/1.1\r\nHost: a\r\n\r\n" + Inner);
        yield return ("an absolute address with a line end", "GET http://other/healthz%0d%0aX:%20a HTTP/1.1\r\nHost: a\r\n\r\n" + Inner);
        yield return ("a request line with a request in it", "GET /healthz HTTP/1.1\r\nX: HTTP/1.1\r\n\r\n" + Inner);
        yield return ("two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + Inner);
        yield return ("an upgrade to HTTP/2", Head + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n" + Inner);
        yield return ("an upgrade to a web socket", Head + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 1\r\n\r\n" + Inner);
        yield return ("a body that is expected", Post + $"Expect: 100-continue\r\nContent-Length: {Inner.Length}\r\n\r\n" + Inner);
        foreach (var endpoint in (string[])["/_SRPC_/unsecured", "/_SRPC_/TLS", "/_goSRPC_/", "a:80", "/healthz"])
        {
            yield return ("CONNECT " + endpoint, $"CONNECT {endpoint} HTTP/1.0\r\n\r\nImageServer.ListImages\n\n" + Inner);
            yield return ("CONNECT in HTTP/1.1 " + endpoint, $"CONNECT {endpoint} HTTP/1.1\r\nHost: a\r\nContent-Length: {Inner.Length}\r\n\r\n" + Inner);
            yield return ("CONNECT after a page " + endpoint, Head + $"\r\nCONNECT {endpoint} HTTP/1.0\r\n\r\nImageServer.ListImages\n\n" + Inner);
        }
    }

    [ProxyTheory]
    [InlineData(ProxyKind.Nginx)]
    [InlineData(ProxyKind.HaProxy)]
    [InlineData(ProxyKind.LenientHaProxy)]
    public async Task Nothing_is_smuggled_through(ProxyKind kind)
    {
        await using var web = await WebTestServer.StartAsync();
        using var recording = new RecordingPort(web.Server.Port);
        var token = $"{Guid.NewGuid():N}";
        using var proxy = await ProxyProcess.StartAsync(kind, recording.Port, token);
        var faults = new List<string>();
        // Over a connection of the proxy's that is used again.
        await AskAsync(proxy.Port, "/healthz");
        foreach (var (what, request) in Requests())
        {
            var answers = await AttackAsync(proxy.Port, request);
            var victim = await AskAsync(proxy.Port, "/readiness?victim");
            if (!victim.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || !victim.Contains(await web.GetTextAsync("/readiness"), StringComparison.Ordinal))
                faults.Add($"{what}: another one's request is answered with\n{victim}");
            if (answers.Contains("Connected", StringComparison.Ordinal))
                faults.Add($"{what}: becomes SRPC\n{answers}");
            foreach (var conversation in recording.Conversations)
                if (CountAnswers(conversation.Answers) > Count(conversation.Requests, token))
                    faults.Add($"{what}: more is answered than was asked for\n{conversation.Requests}\n{conversation.Answers}");
            if (faults.Count > 0)
                break;
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(proxy.IsRunning);
        // The connections were shared, or nothing was shown.
        Assert.Contains(recording.Conversations, conversation => Count(conversation.Requests, token) > 1);
        await (await web.Server.ConnectAsync()).PingAsync();
    }

    /// <summary>A proxy that passes on bytes has one connection of its own for each caller.</summary>
    [ProxyTheory]
    [InlineData(ProxyKind.HaProxy)]
    public async Task SRPC_goes_through_a_tunnel(ProxyKind kind)
    {
        // Without a socket by which connections of this machine pass the proxy.
        await using var web = await WebTestServer.StartAsync(options => options.UnixSocketPath = "");
        using var proxy = await ProxyProcess.StartAsync(kind, web.Server.Port, "none");
        await using (var connection = await new SrpcDialer(new()).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{proxy.TunnelPort}")))
            Assert.Contains("base/img.10", await new ImageServerClient(connection).ListImagesAsync(new()));
        // What comes behind the request belongs to the call, and is no request.
        var answers = await AttackAsync(proxy.TunnelPort, "CONNECT /_SRPC_/unsecured HTTP/1.0\r\n\r\n" + Inner);
        Assert.Equal(1, CountAnswers(answers));
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(proxy.TunnelPort, "/healthz"));
    }

    /// <summary>Sends bytes, and returns what comes until nothing more does.</summary>
    static async Task<string> AttackAsync(int port, string bytes)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", port);
        var answers = new StringBuilder();
        try
        {
            await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes));
            var buffer = new byte[65536];
            while (await connection.GetStream().ReadAsync(buffer).AsTask().WaitAsync(silence) is > 0 and var length)
                answers.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        catch (Exception end) when (end is IOException or TimeoutException)
        {
            // Refused, or waiting for more.
        }
        return answers.ToString();
    }

    static async Task<string> AskAsync(int port, string path)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", port);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(connection.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(patience);
    }

    // Not those that ask for the body of a request.
    static int CountAnswers(string text) => Count(text, "HTTP/1.") - Count(text, "HTTP/1.1 100");

    static int Count(string text, string part) => text.Split(part).Length - 1;
}
