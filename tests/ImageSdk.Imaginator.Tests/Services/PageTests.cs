using System.Net;
using System.Text.Json;

namespace ImageSdk.Imaginator.Tests.Services;

public sealed class PageTests
{
    const string Streams = """{"Streams": {"base/os": {"ManifestUrl": "https://me:geheim@host/x.git", "BuilderUsers": ["<b>"]}, "app/one": {}}, "StreamPatterns": {"users/.*": {} } }""";
    const string Main = "\"ImageStreamsToAutoRebuild\": [\"base/os\"], \"RelationshipsQuickLinks\": [{\"Name\": \"Quick & easy\", \"URL\": \"?include=base\"}]";

    static async Task<(HttpStatusCode Status, string Text)> GetAsync(TestImaginator imaginator, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{imaginator.Port}{path}"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Pages_show_streams_builds_and_logs()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main);
        imaginator.Builder!.Failures["app/one"] = "<i>broken</i>";
        var (built, _) = await imaginator.BuildAsync("base/os");
        await imaginator.BuildAsync("app/one");
        await (await imaginator.ConnectAsync()).StartAutoBuildsAsync(new() { WaitForComplete = true });
        (string Path, string[] Texts)[] expected =
        [
            ("/", ["Status", built.ImageName, "&lt;i&gt;broken&lt;/i&gt;", "Automatic builds", "base/os"]),
            ("/showImageStreams", ["2 streams", "https://host/x.git", "users/.*"]),
            ("/showImageStreams?output=text", ["app/one\nbase/os\n"]),
            ("/showImageStream?base/os", ["&lt;b&gt;", "https://host/x.git", built.ImageName, "1 of 2 stages from the cache"]),
            ("/showDirectedGraph", ["digraph all", "Quick &amp; easy", "/showDirectedGraph?include=base"]),
            ("/showDirectedGraph?output=text&include=base", ["digraph all {\n"]),
            ("/showLastBuildLog?app/one&output=text", ["building app/one\n", "<i>broken</i>"]),
            ("/showLastBuildLog?app/one", ["data-follow=\"/followBuildLog?id="]),
            ("/showAllBuilds", [built.ImageName, "3 builds"]),
            ("/showErrorBuilds", ["app/one/", "1 build<"]),
            ("/showGoodBuilds", [built.ImageName]),
            ($"/showBuildLog?{built.ImageName}", ["building base/os\n"]),
            ("/followBuildLog?id=1", ["data: building base/os\n", "event: end"]),
            ("/prometheus",
            [
                "imaginator_streams 2", "imaginator_builds_started_total{reason=\"request\"} 2", "imaginator_builds_started_total{reason=\"automatic\"} 1",
                "imaginator_builds_finished_total{result=\"succeeded\"} 2", "imaginator_builds_finished_total{result=\"failed\"} 1", "imaginator_build_duration_seconds_total{result=\"failed\"} ",
                "imaginator_stages_total{result=\"cached\"} 2", "imaginator_stages_total{result=\"ran\"} 2", "imaginator_builds_queued 0", "imaginator_builds_running 0",
            ]),
            ("/showBuild?id=1", ["CopyFiles", "from the cache", "RunScripts", "3.46s"]),
        ];
        foreach (var (path, texts) in expected)
        {
            var (status, page) = await GetAsync(imaginator, path);
            Assert.True(status == HttpStatusCode.OK, $"{path}: {status}\n{page}");
            Assert.All(texts, text => Assert.True(page.Contains(text, StringComparison.Ordinal), $"{path} has no {text}:\n{page}"));
            Assert.DoesNotContain("geheim", page, StringComparison.Ordinal);
        }
        using var json = JsonDocument.Parse((await GetAsync(imaginator, "/?output=json")).Text);
        Assert.Equal(2, json.RootElement.GetProperty("succeeded").GetArrayLength());
        Assert.Equal("error IMG9999: <i>broken</i>", json.RootElement.GetProperty("failed")[0].GetProperty("failure").GetString());
    }

    [Fact]
    public async Task The_graph_is_a_picture_where_graphviz_is_installed()
    {
        await using var imaginator = await TestImaginator.StartAsync(configure: (_, folder) =>
        {
            folder.Write("m/manifest", "{\"SourceImage\": \"base/os\"}");
            folder.Write("streams.json", $$"""{"Streams": {"app/one": {"ManifestUrl": "dir://{{folder["m"]}}"} } }""");
        });
        await (await imaginator.ConnectAsync()).GetDependenciesAsync(TimeSpan.FromMinutes(1));
        var (status, picture) = await GetAsync(imaginator, "/directedGraph.svg");
        if (File.Exists("/usr/bin/dot"))
            Assert.Contains("href=\"/showImageStream?app/one\"", picture, StringComparison.Ordinal);
        else
            Assert.Contains("IMG7328", picture, StringComparison.Ordinal);
        Assert.Equal(File.Exists("/usr/bin/dot") ? HttpStatusCode.OK : HttpStatusCode.NotFound, status);
        Assert.Equal(File.Exists("/usr/bin/dot"), (await GetAsync(imaginator, "/showDirectedGraph")).Text.Contains("src=\"/directedGraph.svg\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/showImageStream?none", "IMG7327")]
    [InlineData("/showCurrentBuildLog?base/os", "IMG7507")]
    [InlineData("/showLastBuildLog?base/os", "IMG7507")]
    [InlineData("/showBuildLog?../../conf.json", "IMG7507")]
    [InlineData("/showBuildLog", "IMG7507")]
    [InlineData("/none", "IMG7501")]
    public async Task What_is_not_there_is_said(string path, string code)
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var (status, page) = await GetAsync(imaginator, path);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains(code, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_streams_file_and_disabled_builds_are_on_the_start_page()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        await (await imaginator.ConnectAsync()).DisableBuildRequestsAsync(TimeSpan.FromHours(1));
        File.WriteAllText(imaginator.Folder["streams.json"], "{\n \"Streams\": []}");
        for (var left = 600; ; left--)
        {
            var (_, page) = await GetAsync(imaginator, "/");
            Assert.Contains("Builds on request are disabled.", page, StringComparison.Ordinal);
            if (page.Contains("(2,13): error IMG7310", StringComparison.Ordinal))
                return;
            Assert.True(left > 0, page);
            await Task.Delay(100);
        }
    }
}
