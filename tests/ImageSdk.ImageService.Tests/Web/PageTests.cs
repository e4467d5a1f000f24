using System.Net;
using ImageSdk.ImageServer.Tests.Web;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Web;

/// <summary>The pages as people have them, in one Chromium, at the width of a desk and of a phone.</summary>
public sealed class PageTests : IAsyncLifetime
{
    const string LongName = "compute/an-image-with-a-very-long-name-that-goes-on-and-on-without-any-blank-in-it/ö & <x>";

    TestService service = null!;
    string image = "", deleted = "", recipe = "", job = "";

    string Address => service.Client.BaseAddress!.ToString().TrimEnd('/');

    public async Task InitializeAsync()
    {
        service = await TestService.StartAsync();
        image = await service.AddImageAsync(LongName);
        deleted = await service.AddImageAsync("old <b>image</b>");
        await service.SendAsync("DELETE", $"/v3/images/{deleted}");
        await service.SendAsync("POST", "/v3/images", new { name = "empty", metadata = new Dictionary<string, string> { ["team"] = "a<b>", ["none"] = "" } });
        var templates = new[] { new { key = "A", value = "<i>" } };
        recipe = (await service.SendAsync("POST", "/v3/recipes", new { name = "recipe é", recipe_type = "kiwi-ng", linux_distribution = "sles15", template_dictionary = templates })).Json!["id"]!.GetValue<string>();
        var key = (await service.SendAsync("POST", "/v3/public-keys", new { name = "me", public_key = "ssh-rsa " + new string('A', 500) + " me@example" })).Json!["id"]!.GetValue<string>();
        job = (await service.SendAsync("POST", "/v3/jobs", new { job_type = "customize", artifact_id = image, public_key_id = key, image_root_archive_name = "customized" })).Json!["id"]!.GetValue<string>();
    }

    public async Task DisposeAsync() => await service.DisposeAsync();

    string[] Paths() =>
    [
        "/", "/listImages", "/listImages?per=1&page=2", $"/showImage?id={image}", $"/showImage?id={deleted}&deleted", "/listRecipes", $"/showRecipe?id={recipe}", "/listJobs", $"/showJob?id={job}",
        "/listKeys", "/listNodes", "/listDeleted", "/listDeleted?kind=recipes&per=1&page=2", "/interface", "/showImage?id=none",
    ];

    [BrowserFact]
    public async Task Pages_fit_screens_of_both_kinds_and_complain_of_nothing()
    {
        await using var browser = await Browser.StartAsync();
        var links = new HashSet<string>();
        foreach (var (width, height) in new[] { (1280, 900), (390, 844) })
        {
            await browser.ResizeAsync(width, height);
            foreach (var path in Paths())
            {
                await browser.OpenAsync(Address + path);
                if (Environment.GetEnvironmentVariable("IMAGESDK_SCREENSHOTS") is { Length: > 0 } directory)
                    await File.WriteAllBytesAsync(Path.Combine(directory, $"ims{path.Replace('/', '_').Replace('?', '_')}-{width}.png"), await browser.CaptureAsync());
                var wide = (await browser.EvaluateAsync("document.documentElement.scrollWidth"))!.GetValue<int>();
                Assert.True(wide <= width, $"{path}: {wide} pixels wide");
                Assert.Equal("1 1", await browser.GetTextAsync("`${document.querySelectorAll('h1').length} ${document.querySelectorAll('main').length}`"));
                links.UnionWith((await browser.GetTextAsync("[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href')).filter(link => link.startsWith('/') || link.includes('/artifacts/')).join('\\n')")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
        }
        Assert.Equal("", string.Join('\n', browser.Complaints.Where(complaint => !complaint.Contains("id=none", StringComparison.Ordinal) && !complaint.Contains("net::ERR_ABORTED", StringComparison.Ordinal))));
        Assert.InRange(links.Count, 20, 1000);
        foreach (var link in links)
        {
            using var answer = await service.Client.GetAsync(link, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, $"{link}: {answer.StatusCode}");
        }
    }

    [BrowserFact]
    public async Task What_was_deleted_is_taken_back_by_its_button()
    {
        await using var browser = await Browser.StartAsync();
        await browser.ResizeAsync(390, 844);
        await browser.OpenAsync(Address + "/listDeleted");
        await browser.FollowAsync("document.querySelector('section[aria-labelledby=images] form[action^=\"/undelete\"] button').click()");
        Assert.Equal("Images", await browser.GetTextAsync("document.querySelector('h1').textContent"));
        Assert.Equal(200, (await service.SendAsync("GET", $"/v3/images/{deleted}")).Status);
    }

    [Fact]
    public async Task All_that_was_deleted_can_be_reached_kind_by_kind()
    {
        for (var count = 0; count < 3; count++)
            Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/public-keys/{await service.AddKeyAsync()}")).Status);
        var all = (await service.SendAsync("GET", "/listDeleted?per=1")).Body;
        Assert.Contains("Page 1 of 3", all);
        Assert.Contains("href=\"/listDeleted?kind=keys&amp;page=2\"", all);
        var keys = (await service.SendAsync("GET", "/listDeleted?kind=keys&per=2&page=2")).Body;
        Assert.Contains("Page 2 of 2", keys);
        Assert.DoesNotContain("id=\"images\"", keys);
    }

    [Fact]
    public async Task Names_of_others_are_text_and_other_sites_change_nothing()
    {
        Assert.Contains("ö &amp; &lt;x&gt;", (await service.SendAsync("GET", "/listImages")).Body);
        Assert.DoesNotContain("<b>", (await service.SendAsync("GET", "/listDeleted")).Body);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/deleteImage?id={image}") { Headers = { { "Origin", "http://elsewhere.example" } } };
        using var answer = await service.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(200, (await service.SendAsync("GET", $"/v3/images/{image}")).Status);
        var none = await service.SendAsync("GET", "/showImage?id=none");
        Assert.Equal(404, none.Status);
        Assert.Contains("IMG7670", none.Body);
    }

    [Fact]
    public async Task Buttons_delete_take_back_and_remove()
    {
        foreach (var path in new[] { $"/deleteImage?id={image}", $"/undeleteImage?id={image}", $"/deleteRecipe?id={recipe}", $"/purgeRecipe?id={recipe}", $"/removeJob?id={job}" })
        {
            using var handler = new HttpClientHandler { AllowAutoRedirect = false };
            using var client = new HttpClient(handler) { BaseAddress = service.Client.BaseAddress };
            using var answer = await client.PostAsync(path, null);
            Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{path}: {answer.StatusCode}");
        }
        Assert.Equal(200, (await service.SendAsync("GET", $"/v3/images/{image}")).Status);
        Assert.Equal(404, (await service.SendAsync("GET", $"/v3/deleted/recipes/{recipe}")).Status);
        Assert.Equal(404, (await service.SendAsync("GET", $"/v3/jobs/{job}")).Status);
    }
}
