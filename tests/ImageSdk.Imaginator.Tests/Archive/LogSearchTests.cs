using System.Text;
using ImageSdk.Imaginator.Archive;

namespace ImageSdk.Imaginator.Tests.Archive;

public sealed class LogSearchTests : IDisposable
{
    readonly Folder folder = new();
    readonly BuildLogArchive archive;

    public LogSearchTests() => archive = new(folder["logs"], 100 << 20, _ => Assert.Fail("trouble"), TimeProvider.System);

    public void Dispose() => folder.Dispose();

    Task AddAsync(int number, string log) => archive.AddAsync($"a/2026-01-02:03:04:{number:00}", "a", new(TimeSpan.Zero, "", ""), Encoding.UTF8.GetBytes(log));

    Task<LogSearchResult> FindAsync(string text, int limit = 100, ulong bytes = LogSearch.MaximumBytes, IReadOnlyList<ArchivedBuild>? builds = null) =>
        new LogSearch(archive).FindAsync(builds ?? archive.List(), text, limit, bytes, default);

    [Theory]
    [InlineData("unable", "E: Unable to locate package")]
    [InlineData("ÄPFEL", "zwei äpfel")]
    [InlineData("<b>.*", "<b>.*</b>")]
    [InlineData("no such text", null)]
    public async Task A_text_is_found_with_its_line(string text, string? line)
    {
        await AddAsync(1, "first line\nE: Unable to locate package\nzwei äpfel\n<b>.*</b>");
        Assert.Equal(line is null ? [] : [line], (await FindAsync(text)).Found.Select(found => found.Line));
    }

    [Fact]
    public async Task A_text_is_found_wherever_it_lies_in_a_large_log()
    {
        const string Text = "needle in it";
        var number = 0;
        foreach (var before in new[] { 65_535, 65_530, 65_536, 65_525, 131_000, 131_060, 300_000 })
            await AddAsync(number++, new string('x', before) + Text + "\nmore");
        var result = await FindAsync("NEEDLE IN it");
        Assert.Equal(number, result.Found.Count);
        Assert.All(result.Found, found => Assert.EndsWith(Text, found.Line, StringComparison.Ordinal));
        Assert.All(result.Found, found => Assert.True(found.Line.Length < 200));
    }

    [Fact]
    public async Task A_search_has_an_end_and_the_next_goes_on_there()
    {
        for (var number = 0; number < 10; number++)
            await AddAsync(number, number % 2 == 0 ? new string('.', 1000) + "even" : new string('.', 1000));
        var all = archive.List();
        var (images, rest) = (new List<string>(), all);
        for (var rounds = 1; ; rounds++)
        {
            var result = await FindAsync("even", bytes: 3000, builds: rest);
            Assert.InRange(result.Searched, 1, 2);
            images.AddRange(result.Found.Select(found => found.Build.Image));
            if (result.Last is null)
                break;
            rest = [.. all.SkipWhile(build => build.Image != result.Last).Skip(1)];
            Assert.InRange(rounds, 1, 10);
        }
        Assert.Equal(all.Where((_, index) => index % 2 == 1).Select(build => build.Image), images);
        Assert.Equal(2, (await FindAsync("even", limit: 2)).Found.Count);
        // One that is larger than all that a search reads is searched all the same.
        Assert.Equal(1, (await FindAsync("even", bytes: 1)).Searched);
    }

    [Fact]
    public async Task Logs_that_vanish_meanwhile_are_passed_over()
    {
        await AddAsync(1, "text");
        await AddAsync(2, "text");
        var builds = archive.List();
        Directory.Delete(folder["logs/a/2026-01-02:03:04:01"], recursive: true);
        Assert.Equal("a/2026-01-02:03:04:02", Assert.Single((await FindAsync("text", builds: builds)).Found).Build.Image);
    }
}
