using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using ImageSdk.Hosting.Options;
using ImageSdk.ImageServer.Tests.Web;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Security;

/// <summary>Which pages those get who have no certificate, and that those who have one get all.</summary>
public sealed class PageAccessTests : IDisposable
{
    static readonly string[] logs = ["/listBuildLog?base/img.10", "/listBuildLog?base/img.10&output=text", "/logs", "/logs/dump?name=latest", "/logs/showSinceStartup"];

    static readonly string[] pages =
    [
        "/", "/listImages", "/listDirectories", "/showImage?base/img.10", "/listImage?base/img.10", "/browse?base/img.10", "/listFilter?base/img.10",
        "/listTriggers?base/img.10", "/listPackages?base/img.10", "/listComputedInodes?base/img.10", "/listReleaseNotes?base/img.10",
        "/diff?left=base/img.9&right=base/img.10", "/metrics/", "/metricsapi/", "/prometheus",
    ];

    static readonly string[] open = ["/healthz", "/readiness", "/_goSRPC_/listMethods", "/_goSRPC_/listPublicMethods", "/_goSRPC_/getHostname"];

    readonly TestSite site = new();

    public void Dispose() => site.Dispose();

    Task<WebTestServer> StartAsync(PageAccess access) => WebTestServer.StartAsync(options =>
    {
        site.Configure(options);
        options.PageAccess = access;
    });

    HttpClient Client(WebTestServer web, Caller caller, bool overTls = true) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = [.. site.As(caller).Certificates.List.Select(certificate => new X509Certificate2(certificate))],
        },
    })
    { BaseAddress = new($"{(overTls ? "https" : "http")}://127.0.0.1:{web.Server.Port}") };

    static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return response.StatusCode;
    }

    static async Task AssertAsync(HttpClient client, HttpStatusCode status, IEnumerable<string> paths)
    {
        foreach (var path in paths)
            Assert.Equal((path, status), (path, await StatusAsync(client, path)));
    }

    [Fact]
    public async Task BuildLogsAndLogsCanBeClosed()
    {
        await using var web = await StartAsync(PageAccess.WithoutLogs);
        using var plain = Client(web, Caller.Nobody, overTls: false);
        await AssertAsync(plain, HttpStatusCode.Forbidden, logs);
        await AssertAsync(plain, HttpStatusCode.OK, [.. pages, .. open]);
        Assert.DoesNotContain("Startup", await plain.GetStringAsync("/"));
        using var refusal = await plain.GetAsync("/logs");
        Assert.Contains("IMG7180", await refusal.Content.ReadAsStringAsync());
        using var user = Client(web, Caller.User);
        await AssertAsync(user, HttpStatusCode.OK, [.. logs, .. pages, .. open]);
        Assert.Contains("Scanned", await user.GetStringAsync("/"));
    }

    [Fact]
    public async Task AllPagesCanBeClosed()
    {
        await using var web = await StartAsync(PageAccess.Closed);
        using var plain = Client(web, Caller.Nobody, overTls: false);
        await AssertAsync(plain, HttpStatusCode.Forbidden, [.. logs, .. pages]);
        await AssertAsync(plain, HttpStatusCode.OK, open);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(plain, "/showImage?none"));
        using var user = Client(web, Caller.User);
        await AssertAsync(user, HttpStatusCode.OK, [.. logs, .. pages, .. open]);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(user, "/showImage?none"));
        using var nobody = Client(web, Caller.Nobody);
        await Assert.ThrowsAsync<HttpRequestException>(() => nobody.GetAsync("/healthz"));
        // SRPC goes on over TLS as before.
        Assert.Equal(3, (await (await web.Server.ConnectImagesAsync(site.As(Caller.User))).ListImagesAsync(new())).Count);
    }

    [Fact]
    public async Task PagesOverTlsAreThereInAnyCase()
    {
        await using var web = await StartAsync(PageAccess.Open);
        using var user = Client(web, Caller.User);
        await Parallel.ForEachAsync(logs.Concat(pages).Concat(open), async (path, _) => Assert.Equal((path, HttpStatusCode.OK), (path, await StatusAsync(user, path))));
        Assert.True((await user.GetByteArrayAsync("/listImage?base/img.10")).Length > 100);
    }

    [Fact]
    public async Task WithoutAuthoritiesThereIsNothingToAskFor()
    {
        var problem = await Assert.ThrowsAsync<SrpcException>(() => TestServer.StartAsync(options => options.PageAccess = PageAccess.Closed));
        Assert.StartsWith("missing CA: ", problem.Message);
    }
}
