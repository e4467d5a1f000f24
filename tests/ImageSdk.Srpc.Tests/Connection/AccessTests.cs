namespace ImageSdk.Srpc.Tests;

public class AccessTests
{
    static readonly TestAuthority authority = new("ca");

    static Task<SrpcConnection> ConnectAsync(SrpcService service, params string[] methods) =>
        new SrpcServer(new() { Tls = () => new(authority.IssueServer(), authority.Authorities) }, [service])
            .ConnectAsync(new() { Certificates = ClientCertificates.Of(authority.Issue("CN=bob", methods)) });

    [Fact]
    public async Task A_service_can_grant_power()
    {
        var service = new SrpcService("Test") { Grants = (caller, method) => caller.User == "bob" && method == "A" }
            .Stream("A", call => call.WriteTextAsync($"{call.Caller.HasMethodAccess}\n").AsTask())
            .Stream("B", _ => Task.CompletedTask);
        await using var connection = await ConnectAsync(service);
        await using var call = await connection.OpenCallAsync("Test.A");
        Assert.Equal("True", await call.ReadLineAsync());
        await call.CloseAsync();
        Assert.True((await Assert.ThrowsAsync<SrpcException>(() => connection.OpenCallAsync("Test.B"))).IsAccessDenied);
    }

    [Fact]
    public async Task Calls_of_a_user_are_limited_but_not_those_of_the_powerful()
    {
        var service = new SrpcService("Test").Stream("Watch", call => call.WaitForEndAsync(), new() { Access = SrpcAccess.Public, CallsPerUser = 1 });
        var server = new SrpcServer(new() { Tls = () => new(authority.IssueServer(), authority.Authorities) }, [service]);
        SrpcClientOptions As(params string[] methods) => new() { Certificates = ClientCertificates.Of(authority.Issue("CN=bob", methods)) };
        await using var first = await server.ConnectAsync(As());
        await using var second = await server.ConnectAsync(As());
        await using var powerful = await server.ConnectAsync(As("Test.*"));
        var call = await first.OpenCallAsync("Test.Watch");
        Assert.Equal(
            "bob reached limit of 1 calls for Watch",
            (await Assert.ThrowsAsync<SrpcException>(() => second.OpenCallAsync("Test.Watch"))).Message);
        await (await powerful.OpenCallAsync("Test.Watch")).DisposeAsync();
        await call.DisposeAsync();
        // The server learns of it in its own time.
        while (true)
        {
            try
            {
                await (await second.OpenCallAsync("Test.Watch")).DisposeAsync();
                break;
            }
            catch (SrpcException refusal) when (refusal.IsFromServer)
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public void Methods_are_listed()
    {
        var service = new SrpcService("B").Stream("Y", _ => Task.CompletedTask).Stream("X", _ => Task.CompletedTask, SrpcMethodOptions.Public);
        var server = new SrpcServer(new(), [service, new SrpcService("A").Stream("Z", _ => Task.CompletedTask)]);
        Assert.Equal([".LocalUpgradeToUnix", "A.Z", "B.X", "B.Y"], server.Methods);
        Assert.Equal(["B.X"], server.PublicMethods);
    }
}
