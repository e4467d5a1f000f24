using ImageSdk.ImageServer.Options;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Security;

/// <summary>Who may call what at all, by the rules of the original: a line for each method of all services.</summary>
public sealed class MethodAccessTests : IAsyncLifetime
{
    // Everybody with a certificate; with -allowUnauthenticatedReads everybody.
    static readonly string[] reads =
    [
        "ImageServer.CheckDirectory", "ImageServer.CheckImage", "ImageServer.FindLatestImage", "ImageServer.GetFilteredImageUpdates",
        "ImageServer.GetImage", "ImageServer.GetImageArchive", "ImageServer.GetImageComputedFiles", "ImageServer.GetImageExpiration",
        "ImageServer.GetImageInodes", "ImageServer.GetImageUpdates", "ImageServer.GetImageUsageEstimate",
        "ImageServer.GetObjectStatisticsForImages", "ImageServer.GetReplicationMaster", "ImageServer.ListDirectories",
        "ImageServer.ListImages", "ImageServer.ListSelectedImages", "ImageServer.ListUnreferencedObjects",
    ];

    // Everybody with a certificate, under rules of ownership.
    static readonly string[] owned = ["ImageServer.ChangeImageExpiration", "ImageServer.ChownDirectory", "ImageServer.DeleteImage"];

    static readonly string[] powers =
    [
        "ImageServer.AddImage", "ImageServer.AddImageTrusted", "ImageServer.DeleteDirectory", "ImageServer.DeleteUnreferencedObjects",
        "ImageServer.ImportTree", "ImageServer.MakeDirectory", "ImageServer.RestoreImageFromArchive", "ObjectServer.TestBandwidth",
        "Logger.Debug", "Logger.GetStackTrace", "Logger.Print", "Logger.SetDebugLevel", "Logger.Watch",
    ];

    // Those that a flag opens.
    static readonly string[] adds = ["ObjectServer.AddObjects", "ObjectServer.ImportObjects"];
    const string Check = "ObjectServer.CheckObjects";
    const string Get = "ObjectServer.GetObjects";

    readonly TestSite site = new();
    TestServer server = null!;

    public async Task InitializeAsync() => server = await TestServer.StartAsync(site.Configure);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        site.Dispose();
    }

    static IEnumerable<string> All => reads.Concat(owned).Concat(powers).Concat(adds).Append(Check).Append(Get);

    [Fact]
    public async Task EveryMethodHasALineHere() => Assert.Equal(
        All.Order(StringComparer.Ordinal), (await ListAsync("listMethods")).Where(method => !method.StartsWith('.')));

    [Theory]
    [InlineData(Caller.User)]
    [InlineData(Caller.Member)]
    [InlineData(Caller.Owner)]
    public async Task WithoutPowersThePublicMethodsAreOpen(Caller caller) => await AssertOpenAsync(caller, [.. reads, .. owned]);

    [Fact]
    public async Task WithPowersAllMethodsAreOpen() => await AssertOpenAsync(Caller.Power, [.. All]);

    [Fact]
    public async Task WithoutACertificateNothingIsOpen()
    {
        await AssertOpenAsync(Caller.Nobody, []);
        Assert.Equal(reads.Concat(owned).Order(StringComparer.Ordinal), await ListAsync("listPublicMethods"));
    }

    [Fact]
    public async Task PowersThatAreGivenUpAreGone()
    {
        await using var connection = await new SrpcDialer(site.As(Caller.Power) with { WithoutMethodPowers = true }).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{server.Port}"));
        foreach (var method in powers.Concat(adds))
            Assert.True((await Assert.ThrowsAsync<SrpcException>(() => connection.OpenCallAsync(method))).IsAccessDenied, method);
    }

    [Fact]
    public async Task ReadsCanBeOpenedToAll()
    {
        await RestartAsync(options => options.AllowUnauthenticatedReads = true);
        await AssertOpenAsync(Caller.Nobody, [.. reads, Check, Get]);
        await AssertOpenAsync(Caller.User, [.. reads, .. owned, Check, Get]);
        // As the original lists them.
        Assert.Equal(reads.Concat(owned).Order(StringComparer.Ordinal), await ListAsync("listPublicMethods"));
    }

    [Fact]
    public async Task ObjectsCanBeOpenedToUsers()
    {
        await RestartAsync(options => options.AllowPublicAddObjects = options.AllowPublicCheckObjects = options.AllowPublicGetObjects = true);
        await AssertOpenAsync(Caller.Nobody, []);
        await AssertOpenAsync(Caller.User, [.. reads, .. owned, .. adds, Check, Get]);
        Assert.Equal(reads.Concat(owned).Concat(adds).Append(Check).Append(Get).Order(StringComparer.Ordinal), await ListAsync("listPublicMethods"));
    }

    async Task RestartAsync(Action<ServerOptions> configure)
    {
        await server.DisposeAsync();
        server = await TestServer.StartAsync(options =>
        {
            site.Configure(options);
            configure(options);
        });
    }

    async Task<string[]> ListAsync(string page)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return (await client.GetStringAsync($"http://127.0.0.1:{server.Port}/_goSRPC_/{page}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    async Task AssertOpenAsync(Caller caller, string[] expected)
    {
        var open = new List<string>();
        foreach (var method in All)
        {
            if (await IsOpenAsync(caller, method))
                open.Add(method);
        }
        Assert.Equal(expected.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
    }

    async Task<bool> IsOpenAsync(Caller caller, string method)
    {
        try
        {
            await using var connection = await new SrpcDialer(site.As(caller)).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{server.Port}"));
            await using var call = await connection.OpenCallAsync(method);
            return true;
        }
        catch (SrpcException refusal) when (refusal.IsAccessDenied || (caller == Caller.Nobody && refusal.Message == "missing certificate"))
        {
            return false;
        }
    }
}
