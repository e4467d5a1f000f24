namespace ImageSdk.ImageServer.Tests.Web;

public sealed class BrowserTests : IAsyncLifetime
{
    const string LongName = "base/a-stream-with-a-very-long-name-that-goes-on-and-on-without-any-blank-in-it/2026-01-31:23:59:59";

    static readonly string[] paths =
    [
        "/", "/listImages", "/listDirectories", "/diff", "/logs", "/metrics/", "/logs/showSinceStartup", "/nothing",
        "/diff?left=base/img.9&right=base/img.10", "/diff?left=base/img.9&right=base/img.10&part=packages",
        "/diff?left=base/img.9&right=base/img.10&part=triggers", "/browse?base/img.10&path=/etc", "/browse?base/img.10&q=f",
        "/showImage?base/img.10", "/listImage?base/img.10", "/listPackages?base/img.10", "/listFilter?base/img.10",
        "/listTriggers?base/img.10", "/listComputedInodes?base/img.10", "/listBuildLog?base/img.10", "/listReleaseNotes?base/img.10",
        $"/showImage?{LongName}",
    ];

    WebTestServer web = null!;
    Browser? browser;

    public async Task InitializeAsync()
    {
        web = await WebTestServer.StartAsync();
        web.Add(LongName, web.Server.MakeImage());
        if (Browser.Program is not null)
            browser = await Browser.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        await web.DisposeAsync();
    }

    [BrowserFact]
    public async Task SearchesForAnImageAndOpensIt()
    {
        await browser!.ResizeAsync(1280, 900);
        await browser.OpenAsync($"{web.Address}/listImages");
        Assert.Equal(4, (await browser.EvaluateAsync("document.querySelectorAll('tbody tr').length"))!.GetValue<int>());
        await browser.FollowAsync("document.querySelector('input[type=search]').value = 'Öl & <x> 41'; document.querySelector('form button').click()");
        Assert.Equal("Öl & <x> 41", await browser.GetTextAsync("document.querySelector('input[type=search]').value"));
        Assert.Equal(1, (await browser.EvaluateAsync("document.querySelectorAll('tbody tr').length"))!.GetValue<int>());
        await browser.FollowAsync("document.querySelector('tbody a').click()");
        Assert.Equal(WebTestServer.OddImage, await browser.GetTextAsync("document.querySelector('h1').textContent"));
        foreach (var tab in (string[])["/browse", "/listImage", "/listPackages", "/listBuildLog"])
        {
            await browser.FollowAsync($"document.querySelector('.tabs a[href^=\"{tab}?\"]').click()");
            Assert.StartsWith(WebTestServer.OddImage, await browser.GetTextAsync("document.querySelector('h1').textContent"));
        }
        Assert.Equal("<b>log</b> & more\n", await browser.GetTextAsync("document.querySelector('main pre').textContent"));
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task FollowsTheLogAsItGrows()
    {
        await browser!.OpenAsync($"{web.Address}/logs/live");
        foreach (var line in (string[])["Service ready", "a line <b>written</b> while it is watched"])
        {
            if (!line.StartsWith("Service", StringComparison.Ordinal))
                web.Server.Parts.Log.Write(line);
            for (var until = DateTime.UtcNow.AddSeconds(30); !(await browser.GetTextAsync("document.querySelector('pre.log').textContent")).Contains(line); await Task.Delay(50))
                Assert.True(DateTime.UtcNow < until, $"not shown: {line}");
        }
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task FindsFilesInAnImage()
    {
        await browser!.OpenAsync(web.Address + WebTestServer.PathOf("/browse", WebTestServer.OddImage));
        await browser.FollowAsync("document.querySelector('tbody a').click()");
        Assert.Equal("etc", await browser.GetTextAsync("document.querySelector('.steps strong').textContent"));
        await browser.FollowAsync("document.querySelector('input[type=search]').value = '<I>F'; document.querySelector('form button').click()");
        Assert.Equal("/etc/<i>f & \"g\"", await browser.GetTextAsync("document.querySelector('tbody th').textContent"));
        await browser.FollowAsync("document.querySelector('tbody a').click()");
        Assert.Equal("<script>alert(1)</script>", await browser.GetTextAsync("document.body.textContent"));
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task FitsOnAPhoneAndComplainsOfNothing()
    {
        await browser!.ResizeAsync(390, 844);
        foreach (var path in paths)
        {
            await browser.OpenAsync(web.Address + path);
            var width = (await browser.EvaluateAsync("document.documentElement.scrollWidth"))!.GetValue<int>();
            Assert.True(width <= 390, $"{path}: {width} pixels wide");
            // Nothing that leads elsewhere lies beyond an edge that has to be guessed.
            Assert.Equal("", await browser.GetTextAsync(
                "[...document.querySelectorAll('nav a')].filter(link => link.getBoundingClientRect().right > innerWidth || link.getBoundingClientRect().left < 0).map(link => link.textContent).join()"));
            // No cell of a card stands alone in its line.
            Assert.Equal("", await browser.GetTextAsync("""
                [...document.querySelectorAll('table.cards tbody tr')].map(row => [...row.querySelectorAll('td')]
                  .filter(cell => cell.offsetParent && cell.offsetWidth < row.clientWidth / 2))
                  .filter(cells => cells.length > 1 && cells.filter(cell => cell.offsetTop === cells.at(-1).offsetTop).length === 1)
                  .map(cells => cells.at(-1).textContent).join()
                """));
            Assert.Equal("1 1", await browser.GetTextAsync("`${document.querySelectorAll('h1').length} ${document.querySelectorAll('main').length}`"));
            // Whatever takes input says what for.
            Assert.Equal("", await browser.GetTextAsync(
                "[...document.querySelectorAll('input:not([type=hidden])')].filter(input => !input.labels.length).map(input => input.outerHTML).join()"));
        }
        // A page that is not there is the one complaint.
        Assert.All(browser.Complaints, complaint => Assert.Contains("/nothing", complaint));
    }

    [BrowserFact]
    public async Task WorksWithoutScripts()
    {
        await browser!.ResizeAsync(390, 844);
        await browser.OpenAsync($"{web.Address}/showImage?base/img.10");
        Assert.Equal(2, (await browser.EvaluateAsync("document.querySelectorAll('button.copy').length"))!.GetValue<int>());
        var html = await web.GetTextAsync("/showImage?base/img.10");
        Assert.Contains($"imagesdk get base/img.10 DIRECTORY --server 127.0.0.1:{web.Server.Port}", html);
        Assert.DoesNotContain("<button", html);
    }
}
