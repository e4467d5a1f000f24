using System.Net;
using System.Text.Json;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Tests.Web;

public sealed class TextAndJsonTests : IAsyncLifetime
{
    WebTestServer web = null!;

    public async Task InitializeAsync() => web = await WebTestServer.StartAsync();

    public async Task DisposeAsync() => await web.DisposeAsync();

    [Fact]
    public async Task ListsNamesInVersionOrder()
    {
        Assert.Equal($"base/img.9\nbase/img.10\n{WebTestServer.OddImage}\n", await web.GetTextAsync("/listImages?output=text"));
        Assert.Equal("base/img.9\nbase/img.10\n", await web.GetTextAsync("/listImages?directoryName=base&output=text"));
        Assert.Equal("", await web.GetTextAsync("/listImages?directoryName=none&output=text"));
        Assert.Equal($".\nbase\n{WebTestServer.OddDirectory}\n", await web.GetTextAsync("/listDirectories?output=text"));
    }

    [Fact]
    public async Task SearchesAndSortsAndPages()
    {
        for (var index = 0; index < 25; index++)
            web.Add($"many/Image.{index}", web.Server.MakeImage());
        var page = await web.GetJsonAsync("/listImages?q=IMAGE+many&sort=-name&page=2&per=10");
        Assert.Equal((2, 10, 3, 25), (Number(page, "page"), Number(page, "per"), Number(page, "pages"), Number(page, "total")));
        Assert.Equal(Enumerable.Range(5, 10).Reverse().Select(index => $"many/Image.{index}"), Names(page));
        // Past the end is the end.
        Assert.Equal(5, Names(await web.GetJsonAsync("/listImages?q=many&page=99&per=10")).Count());
        var html = await web.GetTextAsync("/listImages?q=many&per=10");
        Assert.Contains("Page 1 of 3", html);
        Assert.Contains("25 images", html);
    }

    static int Number(JsonElement element, string member) => element.GetProperty(member).GetInt32();

    static IEnumerable<string?> Names(JsonElement page) => page.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("name").GetString());

    [Fact]
    public async Task TellsAllOfAnImage()
    {
        var image = await web.GetJsonAsync("/showImage?base/img.10");
        Assert.Equal("0123456789abcdef", image.GetProperty("gitCommit").GetString());
        Assert.Equal("<v>", image.GetProperty("tags").GetProperty("<k>").GetString());
        Assert.Equal(2, Number(image, "filterLines"));
        Assert.Equal(3, Number(image, "files"));
        Assert.Equal(1, Number(image, "computedFiles"));
        var file = await File.ReadAllBytesAsync(web.Server.Parts.Images.GetPath("base/img.10"));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(file.AsSpan(0, file.Length - 64))), image.GetProperty("fileChecksum").GetString());
        Assert.Equal(JsonValueKind.Null, (await web.GetJsonAsync("/showImage?base/img.9")).GetProperty("filterLines").ValueKind);
    }

    [Fact]
    public async Task GivesPackagesFilterAndTriggersAsToolsReadThem()
    {
        Assert.Equal("bash 5.2<3> 8192\nzlib 1.3 100\n", await web.GetTextAsync("/listPackages?base/img.10&output=text"));
        Assert.Equal(
            "[\n    {\n        \"Name\": \"bash\",\n        \"Size\": 8192,\n        \"Version\": \"5.2<3>\"\n    },\n    {\n        \"Name\": \"zlib\",\n        \"Size\": 100,\n        \"Version\": \"1.3\"\n    }\n]\n",
            await web.GetTextAsync("/listPackages?base/img.10&output=json"));
        Assert.Equal("/tmp/.*\n/<b>.*\n", await web.GetTextAsync("/listFilter?base/img.10&output=text"));
        Assert.True((await web.GetJsonAsync("/listFilter?base/img.9")).GetProperty("sparse").GetBoolean());
        Assert.Equal("ssh<d>", Triggers.Parse(await web.GetTextAsync("/listTriggers?base/img.10&output=json")).List.Single().Service);
        Assert.Equal("[]\n", await web.GetTextAsync("/listTriggers?base/img.9&output=text"));
        Assert.Equal("/etc/computed files.example:6972\n", await web.GetTextAsync("/listComputedInodes?base/img.10&output=text"));
        Assert.Equal("<b>log</b> & more\n", await web.GetTextAsync("/listBuildLog?base/img.10&output=text"));
        Assert.Equal("javascript:alert(1)", (await web.GetJsonAsync("/listReleaseNotes?base/img.10")).GetProperty("url").GetString());
    }

    [Fact]
    public async Task ComparesImages()
    {
        var diff = await web.GetJsonAsync("/diff?left=base/img.9&right=base/img.10");
        var file = Assert.Single(diff.GetProperty("files").EnumerateArray());
        Assert.Equal(("/etc/<i>f & \"g\"", "changed"), (file.GetProperty("path").GetString(), file.GetProperty("kind").GetString()));
        Assert.Equal(["size", "content"], file.GetProperty("changes").EnumerateArray().Select(change => change.GetString()));
        Assert.Equal(["bash", "old", "zlib"], diff.GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("name").GetString()));
        Assert.Equal(2, diff.GetProperty("filter").GetProperty("added").GetArrayLength());
        Assert.Equal("ssh<d>", diff.GetProperty("triggers").GetProperty("added")[0].GetProperty("Service").GetString());
        Assert.Equal(0, Number(await web.GetJsonAsync("/diff?left=base/img.9&right=base/img.9"), "total"));
    }

    [Fact]
    public async Task BrowsesDirectoriesFirst()
    {
        var root = await web.GetJsonAsync("/browse?base/img.10");
        Assert.Equal("/etc", Assert.Single(root.GetProperty("entries").EnumerateArray()).GetProperty("path").GetString());
        var found = await web.GetJsonAsync("/browse?base/img.10&q=LINK");
        var link = Assert.Single(found.GetProperty("entries").EnumerateArray());
        Assert.Equal(("symlink", "<t>"), (link.GetProperty("type").GetString(), link.GetProperty("target").GetString()));
        var listing = await web.GetJsonAsync("/listImage?base/img.10&per=2&page=2");
        Assert.Equal((7, 2), (Number(listing, "total"), listing.GetProperty("entries").GetArrayLength()));
    }

    [Fact]
    public async Task TellsHowTheServerIs()
    {
        var status = await web.GetJsonAsync("/");
        Assert.True(status.GetProperty("insecure").GetBoolean());
        Assert.Equal((3, 3), (Number(status, "images"), Number(status, "directories")));
        Assert.True(status.GetProperty("fileSystem").GetProperty("totalBytes").GetUInt64() > 0);
        Assert.Contains("Running in insecure mode", await web.GetTextAsync("/"));
        Assert.Equal("OK\n", await web.GetTextAsync("/healthz"));
        Assert.Equal("OK\n", await web.GetTextAsync("/readiness"));
        Assert.NotEmpty((await web.GetTextAsync("/_goSRPC_/getHostname")).Trim());
        Assert.Contains("ImageServer.GetImage\n", await web.GetTextAsync("/_goSRPC_/listMethods"));
        Assert.DoesNotContain("ImageServer.AddImage\n", await web.GetTextAsync("/_goSRPC_/listPublicMethods"));
    }

    [Theory]
    [InlineData("application/json", "application/json")]
    [InlineData("text/html;q=0.5,application/json", "application/json")]
    [InlineData("text/html,application/json;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("*/*", "text/html")]
    public async Task AnswersAsTheHeaderAsks(string accept, string type)
    {
        using var response = await web.SendAsync("/listImages", accept);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Accept", string.Join(',', response.Headers.Vary));
    }

    [Fact]
    public async Task ShowsItsLog()
    {
        var file = Assert.Single((await web.GetTextAsync("/logs?output=text")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Service ready", await web.GetTextAsync($"/logs/dump?name={Uri.EscapeDataString(file)}"));
        var lines = await web.GetTextAsync("/logs/dump?name=latest&include=Scanned|Loaded&exclude=objects");
        Assert.Contains("Loaded 0 images", Assert.Single(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("Loaded", await web.GetTextAsync("/logs/showLast?1h"));
        Assert.Contains("Loaded", await web.GetTextAsync("/logs/showSinceStartup"));
        var recentFirst = await web.GetTextAsync("/logs/showLast?1h&recentFirst");
        Assert.True(recentFirst.IndexOf("Loaded", StringComparison.Ordinal) < recentFirst.IndexOf("Scanned", StringComparison.Ordinal));
        Assert.Contains(".NET", await web.GetTextAsync("/logs/showStackTrace"));
        web.Server.Parts.Log.Write("<b>hostile</b>");
        using var html = await web.SendAsync("/logs/showLast?1m", "text/html");
        Assert.Contains("&lt;b&gt;hostile&lt;/b&gt;", await html.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task SpeaksAsTheOriginalsMetrics()
    {
        using var moved = await web.Client.GetAsync("/metrics");
        Assert.Equal((HttpStatusCode.MovedPermanently, "/metrics/"), (moved.StatusCode, moved.Headers.Location?.ToString()));
        var text = await web.GetTextAsync("/metrics/?format=text");
        Assert.Contains("\n/image-count 3\n", text);
        Assert.Contains("/proc/flags/permitInsecureMode true\n", text);
        Assert.Contains("/proc/flags/maximumExpirationDuration 86400.000000000\n", text);
        Assert.Equal("3\n", await web.GetTextAsync("/metrics/image-count?format=text"));
        var metric = JsonDocument.Parse(await web.GetTextAsync("/metricsapi/image-count?singleton=true")).RootElement;
        Assert.Equal(("uint64", 3, 64), (metric.GetProperty("kind").GetString(), Number(metric, "value"), Number(metric, "bits")));
        Assert.Matches(@"^\d+\.\d{9}$", metric.GetProperty("timestamp").GetString());
        var all = JsonDocument.Parse(await web.GetTextAsync("/metricsapi/")).RootElement.EnumerateArray().ToArray();
        Assert.Equal(all.Select(one => one.GetProperty("path").GetString()).Order(StringComparer.Ordinal), all.Select(one => one.GetProperty("path").GetString()));
        Assert.Equal("[]\n", await web.GetTextAsync("/metricsapi/none"));
    }

    [Theory]
    [InlineData("/prometheus", "*/*")]
    [InlineData("/metrics/?format=prometheus", "*/*")]
    [InlineData("/metrics?format=prometheus", "*/*")]
    [InlineData("/metrics", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1")]
    public async Task SpeaksToPrometheus(string path, string accept)
    {
        using var response = await web.SendAsync(path, accept);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("imageserver_images 3", lines);
        Assert.Contains("# TYPE process_cpu_user_seconds_total counter", lines);
        var names = lines.Where(line => !line.StartsWith('#')).Select(line => line.Split(' ', '{')[0]).ToArray();
        Assert.Equal(names.Distinct().Count(), names.Where((name, index) => index == 0 || names[index - 1] != name).Count());
        Assert.All(lines.Where(line => !line.StartsWith('#')), line => Assert.Matches(@"^[a-z_]+(\{method=""[A-Za-z]*\.[A-Za-z]+""\})? -?[0-9.]+(E[-+]?[0-9]+)?$", line));
    }
}
