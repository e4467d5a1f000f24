using System.Text.Json;
using ImageSdk.ImageServer.Tests.Web;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Services;

/// <summary>The pages as people have them, in one Chromium, at the width of a desk and of a phone.</summary>
public sealed class BrowserTests(BrowserTests.Site site) : IClassFixture<BrowserTests.Site>
{
    const string LongName = "app/a-stream-with-a-very-long-name-that-goes-on-and-on-without-any-blank-in-it/ö & <x>";

    static readonly string[] paths =
    [
        "/", "/showImageStreams", "/showImageStream?base/os", "/showImageStream?app/one", $"/showImageStream?{Uri.EscapeDataString(LongName)}", "/showDirectedGraph", "/showBuilds",
        "/showBuild?id=1", "/showLastBuildLog?app/bad", "/showCurrentBuildLog?app/slow", "/showAllBuilds", "/showErrorBuilds", "/showAllBuilds?q=building&stream=app",
        "/showStreamAllBuilds?base/os", "/showRequestorAllBuilds?imaginator", "/showBuildLogArchive", "/showWorkers", "/nothing",
    ];

    /// <summary>An imaginator whose streams have been built, fail, are being built and were cancelled.</summary>
    public sealed class Site : IAsyncLifetime
    {
        TaskCompletionSource gate = new();

        internal TestImaginator Imaginator { get; private set; } = null!;

        internal Browser? Browser { get; private set; }

        internal string Address => $"http://127.0.0.1:{Imaginator.Port}";

        internal void Open() => gate.TrySetResult();

        public async Task InitializeAsync()
        {
            if (Browser.Program is null)
                return;
            Imaginator = await TestImaginator.StartAsync(
                main: "\"ImageStreamsToAutoRebuild\": [\"base/os\", \"app/one\"], \"RelationshipsQuickLinks\": [{\"Name\": \"Quick & easy\", \"URL\": \"?include=base\"}]",
                configure: (_, folder) =>
                {
                    string[] names = ["app/one", "app/bad", "app/slow", LongName, .. Enumerable.Range(0, 40).Select(number => $"team{number % 4}/service-{number}")];
                    folder.Write("base/manifest", "{\n  \"SourceImage\": \"boot/os\"\n}\n");
                    folder.Write("m/manifest", "{\n  \"SourceImage\": \"base/os\",\n  \"Comment\": \"<b>of all that are built on it</b>\"\n}\n");
                    var streams = names.ToDictionary(name => name, _ => new { ManifestUrl = $"dir://{folder["m"]}", BuilderGroups = new[] { "team" } });
                    streams["base/os"] = new { ManifestUrl = $"dir://{folder["base"]}", BuilderGroups = new[] { "team" } };
                    folder.Write("streams.json", JsonSerializer.Serialize(new { Streams = streams, StreamPatterns = new Dictionary<string, object> { ["users/[a-z]+/.*"] = new { } } }));
                });
            await (await Imaginator.ConnectAsync()).GetDependenciesAsync(TimeSpan.FromMinutes(1));
            Imaginator.Builder!.Failures["app/bad"] = "E: Unable to locate package nginx-extras-with-a-long-name; and a reason that goes on for a while, as such reasons do.";
            foreach (var stream in new[] { "base/os", "app/one", "app/bad", LongName })
                await Imaginator.BuildAsync(stream);
            await (await Imaginator.ConnectAsync()).StartAutoBuildsAsync(new() { WaitForComplete = true });
            Browser = await Browser.StartAsync();
        }

        /// <summary>Has two builds go on until <see cref="Open"/>, and one wait.</summary>
        internal async Task HoldAsync()
        {
            Open();
            var jobs = Imaginator.Daemon.Parts.Jobs;
            await Wait.UntilAsync(async () => (await jobs.ListCurrentAsync(null, default)).Count == 0);
            Imaginator.Builder!.Gate = (gate = new()).Task;
            foreach (var stream in new[] { "app/slow", "team1/service-1", "team2/service-2" })
                await jobs.SubmitAsync(new BuildOrder(stream) { User = "bob" }, default);
            await Wait.UntilAsync(async () => (await jobs.ListAsync(JobState.Running, 10, default)).Count == 2);
        }

        public async Task DisposeAsync()
        {
            if (Browser is null)
                return;
            Open();
            await Browser.DisposeAsync();
            await Imaginator.DisposeAsync();
        }
    }

    [BrowserFact]
    public async Task Pages_fit_screens_of_both_kinds_and_complain_of_nothing()
    {
        await site.HoldAsync();
        var (browser, links) = (site.Browser!, new HashSet<string>());
        foreach (var (width, height) in new[] { (1280, 900), (390, 844) })
        {
            await browser.ResizeAsync(width, height);
            foreach (var path in paths)
            {
                await browser.OpenAsync(site.Address + path);
                await CaptureAsync(path, width);
                var wide = (await browser.EvaluateAsync("document.documentElement.scrollWidth"))!.GetValue<int>();
                Assert.True(wide <= width, $"{path}: {wide} pixels wide");
                foreach (var (what, found) in new[]
                {
                    ("navigation beyond an edge", "[...document.querySelectorAll('nav a')].filter(link => link.getBoundingClientRect().right > innerWidth || link.getBoundingClientRect().left < 0).map(link => link.textContent).join()"),
                    ("input without a label", "[...document.querySelectorAll('input:not([type=hidden])')].filter(input => !input.labels.length).map(input => input.outerHTML).join()"),
                    ("picture that is none", "[...document.images].filter(image => !image.naturalWidth).map(image => image.src).join()"),
                })
                    Assert.True(await browser.GetTextAsync(found) is "" and var nothing, $"{path}: {what}: {await browser.GetTextAsync(found)}");
                Assert.Equal("1 1", await browser.GetTextAsync("`${document.querySelectorAll('h1').length} ${document.querySelectorAll('main').length}`"));
                links.UnionWith((await browser.GetTextAsync("[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href')).filter(link => link.startsWith('/')).join('\\n')")).Split('\n'));
            }
        }
        AssertNoComplaint();
        using var http = new HttpClient();
        Assert.InRange(links.Count, 60, 1000);
        foreach (var link in links)
        {
            using var answer = await http.GetAsync(new Uri(site.Address + link), HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, $"{link}: {answer.StatusCode}");
        }
    }

    [BrowserFact]
    public async Task A_log_grows_while_it_is_watched_and_a_build_that_waits_is_cancelled()
    {
        await site.HoldAsync();
        var browser = site.Browser!;
        await browser.ResizeAsync(390, 844);
        await browser.OpenAsync(site.Address + "/");
        await browser.FollowAsync("[...document.querySelectorAll('#current ~ table tbody tr')].find(row => row.textContent.includes('service-2')).querySelector('td a').click()");
        Assert.Equal("team2/service-2", await browser.GetTextAsync("document.querySelector('h1').textContent"));
        await browser.FollowAsync("document.querySelector('form button').click()");
        Assert.StartsWith("cancelled", await browser.GetTextAsync("document.querySelector('.lead').textContent"), StringComparison.Ordinal);
        Assert.Equal(0, (await browser.EvaluateAsync("document.querySelectorAll('form').length"))!.GetValue<int>());
        await browser.OpenAsync(site.Address + "/showCurrentBuildLog?app/slow");
        await SeesAsync("building app/slow");
        Assert.DoesNotContain("Uploaded", await browser.GetTextAsync(Log), StringComparison.Ordinal);
        site.Open();
        await SeesAsync("Uploaded app/slow/");
        AssertNoComplaint();

        async Task SeesAsync(string text)
        {
            for (var until = DateTime.UtcNow.AddSeconds(30); !(await browser.GetTextAsync(Log)).Contains(text, StringComparison.Ordinal); await Task.Delay(50))
                Assert.True(DateTime.UtcNow < until, $"not shown: {text}");
        }
    }

    const string Log = "document.querySelector('pre.log').textContent";

    // A page that is not there is the one complaint; a log that is followed is given up for the next page.
    void AssertNoComplaint() =>
        Assert.Equal("", string.Join('\n', site.Browser!.Complaints.Where(complaint => !complaint.Contains("/nothing", StringComparison.Ordinal) && !complaint.Contains("net::ERR_ABORTED", StringComparison.Ordinal))));

    /// <summary>For people who want to see the pages.</summary>
    async Task CaptureAsync(string path, int width)
    {
        if (Environment.GetEnvironmentVariable("IMAGESDK_SCREENSHOTS") is { Length: > 0 } directory)
            await File.WriteAllBytesAsync(Path.Combine(directory, $"{path.Replace('/', '_').Replace('?', '_')}-{width}.png"), await site.Browser!.CaptureAsync());
    }
}
