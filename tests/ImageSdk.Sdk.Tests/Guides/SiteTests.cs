using System.Diagnostics;
using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests.Guides;

/// <summary>The pages as a site.</summary>
public sealed partial class SiteTests : IDisposable
{
    readonly string site = Path.Combine(PackedSdk.Root, "site ä");

    public void Dispose()
    {
        if (Directory.Exists(site))
            Directory.Delete(site, recursive: true);
    }

    /// <summary>A page that is not in the contents is found by nobody but a search.</summary>
    [Fact]
    public void Every_page_is_in_the_contents()
    {
        var docs = Path.Combine(Repository.Root, "docs");
        var pages = Directory.EnumerateFiles(docs, "*.md", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(docs, file)).Where(page => page != "index.md");
        var listed = Reference().Matches(Repository.Read("docs/toc.yml")).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(listed.Distinct(), listed);
        Assert.Equal(pages.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_site_is_made_in_which_all_links_lead_somewhere()
    {
        // With the packages of whoever runs the tests: the program is large, and fetched once.
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "eng/site.sh"), [site]) { RedirectStandardOutput = true };
        start.Environment.Clear();
        foreach (var (name, value) in OwnProcess.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("<h1 id=\"tutorial-", File.ReadAllText(Path.Combine(site, "tutorial.html")), StringComparison.Ordinal);
        // What its search looks through.
        Assert.Contains("IMG4020", File.ReadAllText(Path.Combine(site, "index.json")), StringComparison.Ordinal);
    }

    // { name: Tutorial, href: tutorial.md }
    [GeneratedRegex(@"href: (\S+\.md)")]
    private static partial Regex Reference();
}
