using System.Text;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

public class HandshakeTests
{
    static readonly TestAuthority authority = new("ca");
    static readonly SrpcServerTls tls = new(authority.IssueServer(), authority.Authorities);

    [Theory]
    [InlineData("CONNECT /_goSRPC_/ HTTP/1.0\n\n", false, "200 Connected to Go SRPC")]
    [InlineData("CONNECT /_goSRPC_/ HTTP/1.1\r\nHost: x\r\n\r\n", false, "200 Connected to Go SRPC")]
    [InlineData("CONNECT /_goSRPC_/x?a=b HTTP/1.0\n\n", false, "200 Connected to Go SRPC")]
    [InlineData("CONNECT /_goSRPC_/?a=%zz HTTP/1.0\n\n", false, "400 Bad Request")]
    [InlineData("CONNECT /_goSRPC_/?a;b HTTP/1.0\n\n", false, "400 Bad Request")]
    [InlineData("GET /_goSRPC_/ HTTP/1.0\n\n", false, "400 Bad Request")]
    [InlineData("GET /_go_TLS_SRPC_/ HTTP/1.0\n\n", false, "404 Not Found")]
    [InlineData("CONNECT /_go_TLS_SRPC_/ HTTP/1.0\n\n", false, "404 Not Found")]
    [InlineData("CONNECT /_SRPC_/TLS/JSON HTTP/1.0\n\n", false, "404 Not Found")]
    [InlineData("CONNECT /_SRPC_/TLS/JSON/x HTTP/1.0\n\n", true, "404 Not Found")]
    [InlineData("CONNECT / HTTP/1.0\n\n", false, "404 Not Found")]
    [InlineData("CONNECT host:1 HTTP/1.0\n\n", false, "400 Bad Request")]
    [InlineData("CONNECT /_goSRPC_/\n\n", false, "400 Bad Request")]
    [InlineData("CONNECT /_goSRPC_/ HTTP/1.0\n\n", true, "405 Method Not Allowed")]
    [InlineData("GET /_goSRPC_/ HTTP/1.0\n\n", true, "400 Bad Request")]
    [InlineData("GET /_go_TLS_SRPC_/ HTTP/1.0\n\n", true, "400 Bad Request")]
    public async Task A_request_is_answered(string request, bool hasTls, string status)
    {
        var stream = new ScriptedStream(Encoding.ASCII.GetBytes(request), pieceSize: 3);
        await InProcess.Server(new() { Tls = () => hasTls ? tls : null }).AcceptAsync(stream, new SrpcPeer());
        Assert.StartsWith($"HTTP/1.0 {status}{(status[0] == '2' ? "\n\n" : "\r\n")}", Encoding.ASCII.GetString(stream.Written));
        Assert.True(stream.IsDisposed);
    }

    [Fact]
    public async Task TLS_without_a_known_certificate_is_not_authorized()
    {
        var stream = new ScriptedStream([]);
        await InProcess.Server(new() { Tls = () => tls }).ServeAsync(
            stream, new("CONNECT", "/_go_TLS_SRPC_/"), new SrpcPeer { IsTls = true, Certificate = new TestAuthority("other").Issue("CN=x") });
        Assert.StartsWith("HTTP/1.0 401 Unauthorized\r\n", Encoding.ASCII.GetString(stream.Written));
    }

    [FixtureTheory]
    [InlineData("NoCert-to-TLS-server", true)]
    [InlineData("HTTP-TLS-endpoint-when-insecure", false)]
    [InlineData("HTTP-TLS-endpoint-when-insecure.conn2", false)]
    [InlineData("HTTP-GET-srpc", false)]
    public async Task Refusals_are_those_of_the_original_byte_for_byte(string name, bool hasTls)
    {
        var recorded = Conversation.Load(name);
        var head = Encoding.ASCII.GetString(recorded.FromServer);
        var date = head[(head.IndexOf("Date: ") + 6)..head.IndexOf("\r\nContent-Length")];
        var stream = new ScriptedStream(recorded.FromClient);
        await InProcess.Server(new() { Tls = () => hasTls ? tls : null, Time = new SetClock(DateTimeOffset.Parse(date)) })
            .AcceptAsync(stream, new SrpcPeer());
        Assert.Equal(head, Encoding.ASCII.GetString(stream.Written));
    }

    [Fact]
    public async Task A_client_reads_nothing_behind_the_answer()
    {
        var stream = new ScriptedStream("HTTP/1.0 200 Connected to Go SRPC\n\nmore"u8.ToArray());
        Assert.True(await ConnectHandshake.RunAsync(stream, SrpcEndpoint.GobTls, true, default));
        Assert.Equal(35, stream.Consumed);
        Assert.Equal("CONNECT /_go_TLS_SRPC_/?doNotUseMethodPowers=true HTTP/1.0\n\n", Encoding.ASCII.GetString(stream.Written));
    }

    [Fact]
    public async Task A_client_reads_headers_to_their_end()
    {
        var stream = new ScriptedStream("HTTP/1.1 200 Connected to Go SRPC\r\nServer: x\r\n\r\nmore"u8.ToArray());
        Assert.True(await ConnectHandshake.RunAsync(stream, SrpcEndpoint.Gob, false, default));
        Assert.Equal(48, stream.Consumed);
    }

    [Theory]
    [InlineData("HTTP/1.0 405 Method Not Allowed\r\n\r\n", "missing certificate")]
    [InlineData("HTTP/1.0 401 Unauthorized\r\n\r\n", "bad certificate")]
    [InlineData("HTTP/1.0 400 Bad Request\r\nA: b\r\n\r\n", "unexpected HTTP response: 400 Bad Request")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n", "unexpected HTTP response: 200 OK")]
    [InlineData("HTTP/1.0\r\n\r\n", "malformed HTTP response \"HTTP/1.0\"")]
    [InlineData("SSH-2.0-x\r\n", "malformed HTTP response \"SSH-2.0-x\"")]
    [InlineData("HTTP/1.0 200 Connec", "malformed HTTP response \"HTTP/1.0 200 Connec\"")]
    [InlineData("", "EOF")]
    public async Task Other_answers_are_failures(string answer, string text)
    {
        var stream = new ScriptedStream(Encoding.ASCII.GetBytes(answer));
        var failure = await Assert.ThrowsAsync<SrpcException>(
            () => ConnectHandshake.RunAsync(stream, SrpcEndpoint.Gob, false, default).AsTask());
        Assert.Equal(text, failure.Message);
    }

    [Fact]
    public async Task An_endless_head_ends()
    {
        var stream = new ScriptedStream(Encoding.ASCII.GetBytes("HTTP/1.0 200 " + new string('x', 100_000)));
        await Assert.ThrowsAsync<SrpcException>(() => ConnectHandshake.RunAsync(stream, SrpcEndpoint.Gob, false, default).AsTask());
        var request = new ScriptedStream(Encoding.ASCII.GetBytes("CONNECT /" + new string('x', 100_000)));
        await InProcess.Server().AcceptAsync(request, new SrpcPeer());
        Assert.True(request.Consumed < 10_000);
    }
}
