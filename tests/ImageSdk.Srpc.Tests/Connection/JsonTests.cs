using System.Text;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

public class JsonTests
{
    [Fact]
    public async Task Calls_work_in_JSON()
    {
        await using var connection = await InProcess.Server().ConnectAsync(new() { Coding = SrpcCoding.Json });
        Assert.Equal(SrpcEndpoint.Json, connection.Endpoint);
        foreach (var text in new[] { "x", "", "\"{[\\ü\u2028</a>", new string('y', 100_000) })
            Assert.Equal(text, await connection.EchoAsync(text));
        await connection.PingAsync();
        Assert.Equal("no", (await Assert.ThrowsAsync<SrpcException>(() => connection.EchoAsync("no", "Fail"))).Message);
        Assert.Equal("still here", await connection.EchoAsync("still here"));
    }

    [Fact]
    public async Task End_points_are_tried_in_order()
    {
        var requests = new List<ScriptedStream>();
        var dialer = new SrpcDialer(new() { Coding = null, Certificates = ClientCertificates.Of(new TestAuthority("ca").Issue("CN=x")) })
        {
            OpenTransport = (_, _) =>
            {
                var refusal = new ScriptedStream("HTTP/1.0 404 Not Found\r\n\r\n"u8.ToArray());
                requests.Add(refusal);
                return new(refusal);
            },
        };
        Assert.Equal("no SRPC endpoint", (await Assert.ThrowsAsync<SrpcException>(() => dialer.ConnectAsync())).Message);
        Assert.Equal(
            ["/_go_TLS_SRPC_/", "/_SRPC_/TLS/JSON", "/_goSRPC_/", "/_SRPC_/unsecured/JSON"],
            requests.Select(request => Encoding.ASCII.GetString(request.Written).Split(' ')[1]));
        Assert.All(requests, request => Assert.True(request.IsDisposed));
    }

    [FixtureTheory]
    [InlineData(50)]
    [InlineData(int.MaxValue)]
    public async Task A_recorded_call_is_answered_byte_for_byte(int pieceSize)
    {
        var recorded = Conversation.Load("JSON-coder");
        var stream = new ScriptedStream(recorded.FromClient[..92], pieceSize);
        await ReplayTests.Server().AcceptAsync(stream, new SrpcPeer());
        Assert.Equal(Encoding.UTF8.GetString(recorded.FromServer[..58]), Encoding.UTF8.GetString(stream.Written));
    }

    [Fact]
    public async Task A_line_feed_behind_a_request_is_no_ping()
    {
        var stream = new ScriptedStream(
            "CONNECT /_SRPC_/unsecured/JSON HTTP/1.0\n\nTest.Echo\n{\"Value\":\"a\"}\nTest.Echo\r\n {\"value\": \"b\", \"Other\": [{}]}\r\n"u8.ToArray());
        await InProcess.Server().AcceptAsync(stream, new SrpcPeer());
        Assert.Equal("HTTP/1.0 200 Connected to Go SRPC\n\n\n\n{\"Value\":\"a\"}\n\n\n{\"Value\":\"b\"}\n", Encoding.UTF8.GetString(stream.Written));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("2026-11-21T08:34:58.3377761Z")]
    [InlineData("2024-02-03T04:05:06+05:30")]
    [InlineData("2024-02-03T04:05:06-03:30")]
    public void Times_are_text(string text) => Assert.Equal(text, GobTimeText.Format(GobTimeText.Parse(text)));

    [Fact]
    public void Nanoseconds_are_kept_when_written() =>
        Assert.Equal("1970-01-01T00:00:01.000000009Z", GobTimeText.Format(new GobTime(1, 9)));

    [Fact]
    public void Damaged_documents_are_refused()
    {
        var random = new Random(3);
        var original = "CONNECT /_SRPC_/unsecured/JSON HTTP/1.0\n\nTest.Echo\n{\"Value\":\"some \\\"text\\\"\",\"x\":[1,{\"y\":null}]}Test.Sum\n12345"u8.ToArray();
        var (refused, unexpected) = (0, default(Exception));
        var server = InProcess.Server(new()
        {
            Limits = InProcess.SmallLimits,
            OnFailure = (_, problem) =>
            {
                refused++;
                unexpected ??= problem is SrpcException or GobException or IOException ? null : problem;
            },
        });
        for (var left = FuzzRounds.Or(5000); left > 0; left--)
        {
            var stream = new ScriptedStream([.. original[..41], .. Mutation.Of(original[41..], random)], random.Next(1, 200));
            Assert.True(server.AcceptAsync(stream, new SrpcPeer()).IsCompleted);
            Assert.True(stream.Written.Length < 10_000);
        }
        Assert.NotEqual(0, refused);
        Assert.Null(unexpected);
    }

    [Theory]
    [InlineData("{} x", 2)]
    [InlineData("  {\"}\":1}{", 9)]
    [InlineData("[[],{}]]", 7)]
    [InlineData("12 3", 2)]
    [InlineData("\"a\\\"b\"c", 6)]
    [InlineData("}", 1)]
    public void A_value_ends_where_it_ends(string text, int length)
    {
        var whole = new JsonExtent();
        Assert.Equal(length, whole.Take(Encoding.UTF8.GetBytes(text)));
        Assert.True(whole.IsComplete);
        var pieces = new JsonExtent();
        var taken = 0;
        while (!pieces.IsComplete)
            taken += pieces.Take(Encoding.UTF8.GetBytes(text.Substring(taken, 1)));
        Assert.Equal(length, taken);
    }
}
