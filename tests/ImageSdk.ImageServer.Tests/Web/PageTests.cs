using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Tests.Web;

public sealed partial class PageTests(SharedWebServer shared) : IClassFixture<SharedWebServer>
{
    readonly WebTestServer web = shared.Web;

    public static TheoryData<string> ImagePages { get; } =
    [
        "/showImage", "/listImage", "/browse", "/listFilter", "/listTriggers", "/listPackages", "/listComputedInodes", "/listBuildLog", "/listReleaseNotes",
    ];

    public static TheoryData<string> SitePages { get; } =
    [
        "/", "/listImages", "/listDirectories", "/diff", "/logs", "/metrics/", "/metrics/proc/flags",
        "/diff?left=base/img.9&right=base/img.10", "/diff?left=base/img.9&right=base/img.10&part=packages",
        "/diff?left=base/img.9&right=base/img.10&part=filter", "/diff?left=base/img.9&right=base/img.10&part=triggers",
        "/diff?left=base/img.9&right=base/img.10&part=tags", "/browse?base/img.10&path=/etc", "/browse?base/img.10&q=<i>",
        "/listImages?directoryName=base&q=<b>&sort=-size", "/listImages?q=%22%3E%3Cscript%3E",
    ];

    [Theory]
    [MemberData(nameof(ImagePages))]
    public async Task ShowsPagesOfAnImageWhoseNameMeansSomething(string page) =>
        await IsSafeAsync(WebTestServer.PathOf(page, WebTestServer.OddImage), "a \"b\" 'c'+d=e&amp;output=text%41#f");

    [Theory]
    [MemberData(nameof(SitePages))]
    public async Task ShowsPagesOfTheSite(string path) => await IsSafeAsync(path, "imageserver");

    // Everything from outside that could pass for markup here begins in one of these ways.
    async Task IsSafeAsync(string path, string expected)
    {
        using var response = await web.Client.GetAsync(path);
        var html = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains(expected, html);
        Assert.DoesNotMatch(Hostile(), html);
        Assert.DoesNotContain("javascript:alert(1)\"", html);
        Assert.EndsWith("</html>\n", html);
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(response, "X-Frame-Options"));
        Assert.Equal("1", Header(response, "X-XSS-Protection"));
        Assert.StartsWith("default-src 'self'", Header(response, "Content-Security-Policy"));
    }

    static string Header(HttpResponseMessage response, string name) => string.Join(',', response.Headers.GetValues(name));

    [Theory]
    [InlineData("/showImage?base/img.10")]
    [InlineData("/showImage?%62ase%2Fimg.10")]
    [InlineData("/showImage?name=base%2Fimg.10")]
    public async Task TakesNamesAsTheyAreWritten(string path) => Assert.Contains("<title>image base/img.10</title>", await web.GetTextAsync(path));

    [Fact]
    public async Task FindsAnImageByARawNameThatLooksEncoded()
    {
        web.Add("base/x%41", web.Server.MakeImage());
        Assert.Contains("<title>image base/x%41</title>", await web.GetRawAsync("/showImage?base/x%41"));
        Assert.Contains("<title>image base/x%41</title>", await web.GetTextAsync("/showImage?base/x%2541"));
    }

    [Fact]
    public async Task FindsImagesThatAreCalledLikeParameters()
    {
        web.Add("page", web.Server.MakeImage());
        Assert.Contains("<title>image page: /</title>", await web.GetTextAsync("/browse?page"));
    }

    [Theory]
    [MemberData(nameof(ImagePages))]
    public async Task SaysThatAnImageIsUnknown(string page)
    {
        using var html = await web.Client.GetAsync($"{page}?no%3Cb%3E");
        Assert.Equal(HttpStatusCode.NotFound, html.StatusCode);
        Assert.Contains("no&lt;b&gt;", await html.Content.ReadAsStringAsync());
        using var text = await web.Client.GetAsync($"{page}?none&output=text");
        var isText = page is not ("/showImage" or "/browse");
        Assert.Equal((isText ? HttpStatusCode.NotFound : HttpStatusCode.BadRequest, "text/plain"), (text.StatusCode, text.Content.Headers.ContentType?.MediaType));
        using var json = await web.SendAsync($"{page}?none", "application/json");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (json.StatusCode, json.Content.Headers.ContentType?.MediaType));
        Assert.Contains("\"code\": \"IMG7502\"", await json.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/nothing", 404)]
    [InlineData("/listPackages", 404)]
    [InlineData("/listPackages?base/img.9&base/img.10", 400)]
    [InlineData("/listPackages?base/img.9&output=xml", 400)]
    [InlineData("/listImages?page=0", 400)]
    [InlineData("/listImages?per=x", 400)]
    [InlineData("/listImages?sort=colour", 400)]
    [InlineData("/browse?base/img.9&path=/none", 404)]
    [InlineData("/diff?left=base/img.9&right=none", 404)]
    [InlineData("/diff?left=base/img.9&right=base/img.10&part=none", 400)]
    [InlineData("/getObject?zz", 400)]
    [InlineData("/logs/dump", 400)]
    [InlineData("/logs/dump?name=none", 404)]
    [InlineData("/logs/dump?name=..%2F..%2Fetc%2Fpasswd", 404)]
    [InlineData("/logs/dump?name=latest&include=(", 400)]
    [InlineData("/logs/showLast", 400)]
    [InlineData("/logs/showLast?5x", 400)]
    [InlineData("/logs/none", 404)]
    [InlineData("/metrics/none", 404)]
    [InlineData("/metricsapi/proc?singleton=true", 404)]
    [InlineData("/assets/none.css", 404)]
    [InlineData("/_goSRPC_/", 400)]
    [InlineData("/_goSRPC_/other", 400)]
    [InlineData("/_SRPC_/unsecured/JSON", 400)]
    [InlineData("/_go_TLS_SRPC_/", 404)]
    [InlineData("/_SRPC_/TLS/JSON", 404)]
    public async Task RefusesWithAStatus(string path, int status)
    {
        using var response = await web.Client.GetAsync(path);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task IsForReadingOnly()
    {
        using var posted = await web.Client.PostAsync("/listImages", new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        using var deleted = await web.Client.DeleteAsync("/showImage?base/img.9");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, deleted.StatusCode);
        using var head = await web.Client.SendAsync(new(HttpMethod.Head, "/showImage?base/img.9"));
        Assert.Equal((HttpStatusCode.OK, ""), (head.StatusCode, await head.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task SaysThatADamagedImageIs()
    {
        await using var damaged = await WebTestServer.StartAsync();
        await damaged.Server.RestartAsync();
        File.WriteAllText(damaged.Server.Parts.Images.GetPath("base/img.9"), "no image");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await client.GetAsync($"http://127.0.0.1:{damaged.Server.Port}/showImage?base/img.9&output=json");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("IMG7506", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task ListsAnImageAsToolsDo()
    {
        var tree = web.Server.Parts.Images.Get("base/img.10")!.FileSystem!;
        using var expected = new MemoryStream();
        new Listing().Write(tree, expected);
        Assert.Equal(expected.ToArray(), await web.Client.GetByteArrayAsync("/listImage?base/img.10&output=text"));
        var html = await web.GetTextAsync("/listImage?base/img.10");
        var pre = html[html.IndexOf("<pre", StringComparison.Ordinal)..html.IndexOf("</pre>", StringComparison.Ordinal)];
        var shown = WebUtility.HtmlDecode(Tag().Replace(pre, "")).TrimStart('\n');
        Assert.Equal(new ByteString(expected.ToArray()).ToString(), shown);
        Assert.Contains($"/getObject?{((RegularInode)tree.Index.Find("/etc/hard")!).Hash}", pre);
    }

    [Fact]
    public async Task GivesObjectsToThoseWhoMayRead()
    {
        var hash = web.Server.PutObject("<html>");
        using var text = await web.Client.GetAsync($"/getObject?{hash}");
        Assert.Equal("<html>", await text.Content.ReadAsStringAsync());
        Assert.Equal(6, text.Content.Headers.ContentLength);
        Assert.Equal("text/plain", text.Content.Headers.ContentType?.MediaType);
        Assert.Equal("default-src 'none'; sandbox", Header(text, "Content-Security-Policy"));
        using var binary = await web.Client.GetAsync($"/getObject?{web.Server.PutObject("a\0b")}");
        Assert.Equal("application/octet-stream", binary.Content.Headers.ContentType?.MediaType);
        using var unknown = await web.Client.GetAsync($"/getObject?{ObjectHash.Of("none"u8)}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task KeepsObjectsFromOthers()
    {
        await using var closed = await WebTestServer.StartAsync(options => options.AllowUnauthenticatedReads = false);
        using var response = await closed.Client.GetAsync($"/getObject?{closed.Server.PutObject("secret")}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("getObject", await closed.GetTextAsync("/listImage?base/img.10"));
    }

    [Fact]
    public async Task BrowsesToFilesWhoseNamesAreNoText()
    {
        var found = await web.GetJsonAsync("/browse?base/img.10&path=/etc/l%0A%FF");
        var entry = Assert.Single(found.GetProperty("entries").EnumerateArray());
        Assert.Equal([.. "/etc/l\n"u8, 0xFF], entry.GetProperty("pathBase64").GetBytesFromBase64());
        Assert.Contains("l␊\uFFFD", await web.GetTextAsync("/browse?base/img.10&path=/etc"));
    }

    [Fact]
    public async Task ServesAssetsThatPagesReferTo()
    {
        var html = await web.GetTextAsync("/");
        foreach (Match asset in Asset().Matches(html))
        {
            using var response = await web.Client.GetAsync(asset.Groups[1].Value);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(response.Headers.CacheControl?.MaxAge > TimeSpan.FromDays(1));
        }
        Assert.Equal(3, Asset().Count(html));
    }

    [GeneratedRegex("<(script>|[bidtkvruxg]>|ssh>|branch>|user>|group>|3>)|=\"[^\"]*\" ?[^ a-z>/]")]
    private static partial Regex Hostile();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("(?:src|href)=\"(/assets/[^\"]*)\"")]
    private static partial Regex Asset();
}
