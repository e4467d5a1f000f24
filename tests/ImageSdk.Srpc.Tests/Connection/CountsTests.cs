using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests;

public class CountsTests
{
    static readonly TestAuthority authority = new("ca");

    static SrpcMethodCounts Of(SrpcServer server, string method) => server.MethodCounts.Single(counts => (counts.Service, counts.Method) == ("Test", method)).Counts;

    // The server is done with a call a moment after its caller.
    static async Task<SrpcMethodCounts> WhenIdleAsync(SrpcServer server, string method)
    {
        await Wait.UntilAsync(() => Of(server, method).Running == 0);
        return Of(server, method);
    }

    [Fact]
    public async Task Calls_and_connections_are_counted()
    {
        var server = new SrpcServer(new() { Tls = () => new(authority.IssueServer(), authority.Authorities) }, [EchoService.Create()]);
        await using (var connection = await server.ConnectAsync(new() { Certificates = ClientCertificates.Of(authority.Issue("CN=bob", ["Test.Fail", "Test.Hang"])) }))
        {
            await connection.CallAsync("Test.Echo", EchoService.TextType, new EchoService.Text { Value = "a" }, EchoService.TextType);
            await Assert.ThrowsAsync<SrpcException>(
                () => connection.CallAsync("Test.Fail", EchoService.TextType, new EchoService.Text { Value = "no" }, EchoService.TextType));
            Assert.True((await Assert.ThrowsAsync<SrpcException>(() => connection.OpenCallAsync("Test.Lines"))).IsAccessDenied);
            var call = await connection.OpenCallAsync("Test.Hang");
            Assert.Equal((1, 1), (Of(server, "Hang").Permitted, Of(server, "Hang").Running));
            Assert.Equal((1, 1), (server.ConnectionCounts.Accepted, server.ConnectionCounts.Open));
            await call.DisposeAsync();
        }
        var echo = await WhenIdleAsync(server, "Echo");
        Assert.Equal((1, 0, 0), (echo.Permitted, echo.Failed, echo.Denied));
        Assert.True(echo.Duration > TimeSpan.Zero);
        var fail = await WhenIdleAsync(server, "Fail");
        Assert.Equal((1, 1, 0), (fail.Permitted, fail.Failed, fail.Denied));
        var lines = await WhenIdleAsync(server, "Lines");
        Assert.Equal((0, 0, 1), (lines.Permitted, lines.Failed, lines.Denied));
        await WhenIdleAsync(server, "Hang");
        await Wait.UntilAsync(() => server.ConnectionCounts.Open == 0);
        Assert.Equal((1, 0), (server.ConnectionCounts.Accepted, server.ConnectionCounts.Rejected));
    }
}
