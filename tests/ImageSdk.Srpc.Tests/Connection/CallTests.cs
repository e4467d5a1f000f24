using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests;

public class CallTests
{
    [Fact]
    public async Task Many_calls_share_a_connection()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        for (var call = 0; call < 50; call++)
        {
            Assert.Equal($"text {call}", await connection.EchoAsync($"text {call}"));
            await connection.PingAsync();
        }
        Assert.Equal(SrpcEndpoint.Gob, connection.Endpoint);
    }

    [Fact]
    public async Task Callers_at_once_wait_for_each_other()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Task.Run(() => connection.EchoAsync($"{number}"))));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{number}"), answers);
    }

    [Fact]
    public async Task A_large_value_goes_both_ways()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        var text = new string('x', 5_000_000);
        Assert.Equal(text, await connection.EchoAsync(text));
    }

    [Theory]
    [InlineData("Test.Nope", "Test: unknown method: Nope")]
    [InlineData("Nope.Echo", "unknown service: Nope")]
    [InlineData(".Echo", ": unknown method: Echo")]
    [InlineData("Echo", "malformed Service.Method: Echo")]
    [InlineData("a.b.c", "malformed Service.Method: a.b.c")]
    public async Task A_refused_call_leaves_the_connection_usable(string method, string text)
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        var refusal = await Assert.ThrowsAsync<SrpcException>(() => connection.OpenCallAsync(method));
        Assert.Equal(text, refusal.Message);
        Assert.True(refusal.IsFromServer);
        Assert.Equal("still here", await connection.EchoAsync("still here"));
    }

    [Theory]
    [InlineData("no such image", "no such image")]
    [InlineData("two\nlines\r\n", "two lines")]
    [InlineData("", "error")]
    public async Task A_handlers_error_is_one_line_and_leaves_the_connection_usable(string text, string line)
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        var failure = await Assert.ThrowsAsync<SrpcException>(() => connection.EchoAsync(text, "Fail"));
        Assert.Equal(line, failure.Message);
        Assert.True(failure.IsFromServer);
        Assert.False(connection.IsBroken);
        Assert.Equal("still here", await connection.EchoAsync("still here"));
    }

    [Fact]
    public async Task A_request_of_another_type_is_refused_and_leaves_the_connection_usable()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        var failure = await Assert.ThrowsAsync<SrpcException>(
            () => connection.CallAsync("Test.Echo", GobTypes.U64, 7UL, EchoService.TextType));
        Assert.Contains("type mismatch", failure.Message);
        Assert.Equal("still here", await connection.EchoAsync("still here"));
    }

    [Fact]
    public async Task A_request_over_the_limit_ends_the_connection()
    {
        await using var connection = await InProcess.Server(new() { Limits = InProcess.SmallLimits }).ConnectAsync();
        await Assert.ThrowsAsync<SrpcException>(() => connection.EchoAsync(new string('x', 1 << 20)));
        await Assert.ThrowsAsync<SrpcException>(() => connection.EchoAsync("x"));
    }

    [Fact]
    public async Task Values_and_raw_bytes_follow_each_other_in_a_stream()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        await using (var call = await connection.OpenCallAsync("Test.Sum"))
        {
            foreach (var count in new[] { 1, 10, 100_000 })
            {
                await call.WriteAsync(GobTypes.U64, (ulong)count);
                await call.WriteBytesAsync(Enumerable.Repeat((byte)3, count).ToArray());
                await call.FlushAsync();
                Assert.Equal(3UL * (ulong)count, await call.ReadAsync(GobTypes.U64));
            }
            await call.WriteAsync(GobTypes.U64, 0UL);
            await call.CloseAsync();
        }
        Assert.Equal("next", await connection.EchoAsync("next"));
    }

    [Fact]
    public async Task Lines_are_read_one_by_one()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        await using var call = await connection.OpenCallAsync("Test.Lines");
        var lines = new List<string>();
        for (string line; (line = await call.ReadLineAsync()).Length > 0;)
            lines.Add(line);
        await call.CloseAsync();
        Assert.Equal(["line 0", "line 1", "line 2"], lines);
        await connection.PingAsync();
    }

    [Fact]
    public async Task A_stream_that_fails_at_the_server_ends_the_connection()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        await using var call = await connection.OpenCallAsync("Test.Broken");
        await Assert.ThrowsAsync<SrpcException>(call.ReadLineAsync);
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task A_call_given_up_ends_the_connection()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        await (await connection.OpenCallAsync("Test.Lines")).DisposeAsync();
        Assert.True(connection.IsBroken);
        Assert.Equal("connection is closed", (await Assert.ThrowsAsync<SrpcException>(() => connection.PingAsync())).Message);
    }

    [Fact]
    public async Task A_cancelled_call_ends_the_connection()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        using var cancellation = new CancellationTokenSource();
        await using var call = await connection.OpenCallAsync("Test.Hang", cancellation.Token);
        var reading = call.ReadLineAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task Who_is_cancelled_while_waiting_for_a_turn_harms_nobody()
    {
        await using var connection = await InProcess.Server().ConnectAsync();
        using var cancellation = new CancellationTokenSource();
        await using (var call = await connection.OpenCallAsync("Test.Lines"))
        {
            var waiting = connection.PingAsync(cancellation.Token);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            while ((await call.ReadLineAsync()).Length > 0) ;
            await call.CloseAsync();
        }
        await connection.PingAsync();
    }

    [Fact]
    public async Task A_call_has_a_time_limit()
    {
        await using var connection = await InProcess.Server().ConnectAsync(new() { CallTimeout = TimeSpan.FromMilliseconds(50) });
        var failure = await Assert.ThrowsAsync<SrpcException>(async () =>
        {
            await using var call = await connection.OpenCallAsync("Test.Hang");
            await call.ReadLineAsync();
        });
        Assert.Contains("longer than", failure.Message);
        Assert.True(connection.IsBroken);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_connections()
    {
        var (client, remote) = await DuplexPair.OpenAsync();
        using var stopping = new CancellationTokenSource();
        var serving = InProcess.Server().AcceptAsync(remote, new SrpcPeer(), stopping.Token);
        await using var connection = (await new SrpcDialer(new()).OpenAsync(client, SrpcEndpoint.Gob, false, default))!;
        await using var call = await connection.OpenCallAsync("Test.Hang");
        await stopping.CancelAsync();
        await Assert.ThrowsAsync<SrpcException>(call.ReadLineAsync);
        await serving;
    }
}
