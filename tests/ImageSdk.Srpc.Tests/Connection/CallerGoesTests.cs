namespace ImageSdk.Srpc.Tests;

/// <summary>Work for a caller ends with the caller, and those who say nothing are not kept.</summary>
public class CallerGoesTests
{
    static readonly TestAuthority authority = new("full");

    readonly TaskCompletionSource begun = new();
    readonly TaskCompletionSource<bool> ended = new();

    SrpcService Service() => EchoService.Create()
        .RequestReply("Work", EchoService.TextType, EchoService.TextType, (request, call) => call.WhileCallerStaysAsync(async gone =>
        {
            begun.TrySetResult();
            try
            {
                await Task.Delay(request.Value == "long" ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(20), gone);
            }
            finally
            {
                ended.TrySetResult(gone.IsCancellationRequested);
            }
            return request;
        }), SrpcMethodOptions.Public)
        .Stream("Open", _ => Task.CompletedTask, SrpcMethodOptions.Unauthenticated);

    SrpcServer Server(bool withTls, SrpcServerOptions? options = null) => new(
        (options ?? new()) with { Tls = () => withTls ? new(authority.IssueServer(), authority.Authorities) : null }, [Service()]);

    static SrpcClientOptions Client(bool withTls) => withTls
        ? new() { Certificates = ClientCertificates.Of(authority.Issue("CN=x")) }
        : new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_ends_when_its_caller_goes(bool withTls)
    {
        var connection = await Server(withTls).ConnectAsync(Client(withTls));
        var working = connection.EchoAsync("long", "Work");
        await begun.Task;
        connection.Break();
        Assert.True(await ended.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<SrpcException>(() => working);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_connection_goes_on_after_it(bool withTls)
    {
        await using var connection = await Server(withTls).ConnectAsync(Client(withTls));
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal("short", await connection.EchoAsync("short", "Work"));
            Assert.Equal("x", await connection.EchoAsync("x"));
            await connection.PingAsync();
        }
        Assert.False(await ended.Task);
    }

    [Fact]
    public async Task A_stop_of_the_server_ends_it()
    {
        using var stop = new CancellationTokenSource();
        var failed = new TaskCompletionSource<Exception>();
        var server = Server(withTls: false, new() { OnFailure = (_, problem) => failed.TrySetResult(problem) });
        var (client, remote) = await DuplexPair.OpenAsync();
        var serving = server.AcceptAsync(remote, new SrpcPeer(), stop.Token);
        await using var connection = (await new SrpcDialer(new()).OpenAsync(client, SrpcEndpoint.Gob, isTlsFirst: false, default))!;
        var working = connection.EchoAsync("long", "Work");
        await begun.Task;
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<OperationCanceledException>(await failed.Task);
        await Assert.ThrowsAsync<SrpcException>(() => working);
    }

    [Fact]
    public async Task Who_shows_no_certificate_and_calls_nothing_is_not_kept()
    {
        var failed = new TaskCompletionSource<Exception>();
        var options = new SrpcServerOptions { AnonymousIdleTimeout = TimeSpan.FromMilliseconds(50), OnFailure = (_, problem) => failed.TrySetResult(problem) };
        await using var anonymous = await Server(withTls: true, options).ConnectAsync();
        Assert.StartsWith("no call within", (await failed.Task.WaitAsync(TimeSpan.FromSeconds(30))).Message);
        await Assert.ThrowsAsync<SrpcException>(() => anonymous.PingAsync());
        // Those who are known are, and so are all where no certificate is required.
        foreach (var withTls in (bool[])[true, false])
        {
            await using var known = await Server(withTls, options).ConnectAsync(Client(withTls));
            await Task.Delay(300);
            Assert.Equal("x", await known.EchoAsync("x"));
        }
    }
}
