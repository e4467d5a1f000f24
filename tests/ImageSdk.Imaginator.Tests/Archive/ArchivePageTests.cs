using System.Globalization;
using System.Net;
using System.Text.Json;
using ImageSdk.Hosting.Options;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Imaginator.Tests.Engine;

namespace ImageSdk.Imaginator.Tests.Archive;

/// <summary>Pages of an archive that was there when the daemon started.</summary>
public sealed class ArchivePageTests
{
    static async Task<(HttpStatusCode Status, string Text)> GetAsync(TestImaginator imaginator, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{imaginator.Port}{path}"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A build a day of 2025 from its first on, two in three of base/os.</summary>
    static void Fill(Folder folder, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var at = new DateTime(2025, 1, 1, 12, 0, 0, DateTimeKind.Utc).AddDays(number);
            var stream = number % 3 == 0 ? "app/ö & <x>" : "base/os";
            var image = $"builds/{stream}/{at.ToString("yyyy-MM-dd:HH:mm:ss", CultureInfo.InvariantCulture)}";
            folder.Write($"{image}/{BuildLogArchive.LogName}", $"log of {number}\nNumber {(number == 7 ? "Sieben <7>" : "")}\n");
            var info = folder.Write($"{image}/{BuildLogArchive.InfoName}", $$"""
                { "Duration": 1500000000{{(number % 5 == 0 ? ", \"Error\": \"<i>broken</i>\"" : "")}}{{(number % 2 == 0 ? ", \"RequestorUsername\": \"bob\"" : "")}} }
                """);
            File.SetLastWriteTimeUtc(info, at);
        }
    }

    [Fact]
    public async Task Builds_are_listed_counted_and_searched()
    {
        await using var imaginator = await TestImaginator.StartAsync(configure: (_, folder) => Fill(folder, 250));
        (string Path, string[] Texts)[] expected =
        [
            ("/showAllBuilds", ["250 builds", "Page 1 of 3", "/showBuildLog?base/os/2025-09-06:12:00:00"]),
            ("/showAllBuilds?page=3", ["Page 3 of 3", "2025-01-01:12:00:00"]),
            ("/showGoodBuilds", ["200 builds"]),
            ("/showErrorBuilds", ["50 builds", "&lt;i&gt;broken&lt;/i&gt;"]),
            ("/showBuildLogArchive", ["250 builds", "app/ö &amp; &lt;x&gt;", "/showStreamGoodBuilds?base/os", "/showRequestorAllBuilds?imaginator", "/showRequestorErrorBuilds?bob", ">166<", ">84<", ">125<"]),
            ("/showStreamAllBuilds?base/os", ["166 builds", "value=\"base/os\""]),
            ("/showStreamAllBuilds?app", ["84 builds"]),
            ("/showStreamAllBuilds?app/%C3%B6%20%26%20%3Cx%3E", ["84 builds"]),
            ("/showStreamErrorBuilds?base/os", ["33 builds"]),
            ("/showStreamAllBuilds?bas", ["0 builds", "Nothing matches."]),
            ("/showRequestorAllBuilds?imaginator", ["125 builds"]),
            ("/showRequestorGoodBuilds?bob", ["100 builds"]),
            ("/showRequestorAllBuilds?bo", ["0 builds"]),
            ("/showAllBuilds?since=2025-02-01&until=2025-02-28", ["28 builds"]),
            ("/showAllBuilds?since=2025-02-01T12:00:01&until=2025-02-28T11:59:59&stream=base/os&requestor=bob", ["9 builds"]),
            ("/showAllBuilds?until=9999-12-31", ["250 builds"]),
            ("/showAllBuilds?q=sieben+%3C7%3E", ["1 log with the text, of 250 logs", "Number Sieben &lt;7&gt;", "base/os/2025-01-08:12:00:00", "value=\"sieben &lt;7&gt;\""]),
            ("/showErrorBuilds?q=sieben", ["0 logs with the text, of 50 logs", "Nothing matches."]),
            ("/showAllBuilds?q=log+of&since=2025-09-01", ["7 logs with the text"]),
            ("/showAllBuilds?q=log+of", ["100 logs with the text", "Search older logs"]),
        ];
        foreach (var (path, texts) in expected)
        {
            var (status, page) = await GetAsync(imaginator, path);
            Assert.True(status == HttpStatusCode.OK, $"{path}: {status}\n{page}");
            Assert.All(texts, text => Assert.True(page.Contains(text, StringComparison.Ordinal), $"{path} has no {text}:\n{page}"));
        }
        var newer = JsonDocument.Parse((await GetAsync(imaginator, "/showAllBuilds?q=log+of&output=json")).Text).RootElement;
        var older = JsonDocument.Parse((await GetAsync(imaginator, $"/showAllBuilds?q=log+of&after={Uri.EscapeDataString(newer.GetProperty("after").GetString()!)}&output=json")).Text).RootElement;
        Assert.Equal("log of 149", older.GetProperty("builds")[0].GetProperty("line").GetString());
        var json = JsonDocument.Parse((await GetAsync(imaginator, "/showAllBuilds?output=json&per=2&page=2")).Text).RootElement;
        Assert.Equal((250, 2, 1.5), (json.GetProperty("total").GetInt32(), json.GetProperty("builds").GetArrayLength(), json.GetProperty("builds")[0].GetProperty("seconds").GetDouble()));
        // What is built now is there, too.
        await imaginator.Daemon.Parts.Archive.AddAsync(null, "base/new", new(TimeSpan.Zero, "", "eve"), "log"u8.ToArray());
        Assert.Contains("1 build<", (await GetAsync(imaginator, "/showRequestorAllBuilds?eve")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/showAllBuilds?since=yesterday")]
    [InlineData("/showAllBuilds?until=2025-02-30")]
    [InlineData("/showAllBuilds?page=0")]
    [InlineData("/showImageStream?base/os&before=x")]
    [InlineData("/showBuilds?before=-1")]
    [InlineData(null)]
    public async Task Bad_queries_are_refused(string? path)
    {
        path ??= $"/showAllBuilds?q={new string('x', LogSearch.MaximumText + 1)}";
        await using var imaginator = await TestImaginator.StartAsync("""{"Streams": {"base/os": {} } }""");
        await imaginator.Daemon.Parts.StreamsFile.Loaded;
        var (status, page) = await GetAsync(imaginator, path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("IMG7503", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_read_logs_may_not_search_them()
    {
        await using var imaginator = await TestImaginator.StartAsync(configure: (options, folder) =>
        {
            EngineBuildTests.UseCertificates(options, folder);
            options.PageAccess = PageAccess.WithoutLogs;
            Fill(folder, 3);
        });
        Assert.Contains("3 builds", (await GetAsync(imaginator, "/showAllBuilds")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(imaginator, "/showAllBuilds?q=log")).Status);
    }

    [Fact]
    public async Task Lists_of_jobs_go_on_beyond_any_number()
    {
        await using var imaginator = await TestImaginator.StartAsync("""{"Streams": {"base/os": {}, "app/one": {} } }""");
        var queue = imaginator.Daemon.Parts.Queue;
        await imaginator.BuildAsync("base/os");
        // Of another stream, and long past.
        for (var number = 0; number < 120; number++)
        {
            var order = new Running.BuildOrder("app/one") { User = $"user{number}" };
            var submission = await queue.SubmitAsync(new("source", "x", JsonSerializer.Serialize(order)) { Subject = order.Stream, Labels = ["none"] });
            await queue.CancelAsync(submission.Job.Id, "test");
        }
        Assert.Contains("/showBuild?id=1\"", (await GetAsync(imaginator, "/showImageStream?base/os")).Text, StringComparison.Ordinal);
        var (path, pages, seen) = ("/showImageStream?app/one", 0, 0);
        while (path.Length > 0)
        {
            var page = (await GetAsync(imaginator, path)).Text;
            seen += page.Split(">log</a>").Length - 1;
            pages++;
            path = page.Split("href=\"/showImageStream?app/one&amp;before=") is [_, var next] ? "/showImageStream?app/one&before=" + next[..next.IndexOf('"', StringComparison.Ordinal)] : "";
        }
        Assert.Equal((3, 120), (pages, seen));
        var all = JsonDocument.Parse((await GetAsync(imaginator, "/showBuilds?output=json&before=3")).Text).RootElement.GetProperty("builds");
        Assert.Equal(["app/one", "base/os"], all.EnumerateArray().Select(build => build.GetProperty("stream").GetString()));
    }
}
