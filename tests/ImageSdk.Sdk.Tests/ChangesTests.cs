using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What a build and a publication say of what changed.</summary>
[Trait("Category", "Image")]
public sealed class ChangesTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public ChangesTests()
    {
        TinyImage.Write(folder);
        WriteVersion("1.0");
    }

    public void Dispose() => folder.Dispose();

    void WriteVersion(string version)
    {
        folder.Write("files/etc/greeting", $"hello {version}\n");
        folder.Write("files/srv/odd `name` | <b>", version);
    }

    [SandboxFact]
    public void A_build_says_what_changed_since_the_last_one_and_nothing_where_nothing_did()
    {
        Assert.DoesNotContain("Since ", folder.Build().Succeeded().Output);
        Assert.False(File.Exists(folder["bin/Debug/tiny.changes.md"]));

        WriteVersion("1.25");
        folder.Write("files/etc/new", "");
        var result = folder.Build().Succeeded();
        var line = Assert.Single(result.Lines, line => line.StartsWith("tiny: Since tiny/", StringComparison.Ordinal));
        Assert.EndsWith(": 1 file added, 2 changed; 15 B to transfer", line);
        var changes = File.ReadAllText(folder["bin/Debug/tiny.changes.md"]);
        Assert.Contains("- `/etc/new` (file, 0 B)\n", changes);
        Assert.Contains("- ``/srv/odd `name` | <b>``: ", changes);

        Assert.DoesNotContain("Since ", folder.Build().Succeeded().Output);
        // What belongs to the build stays while it does, and goes with it.
        Assert.True(File.Exists(folder["bin/Debug/tiny.changes.md"]));
        folder.Run("msbuild", "-t:Clean").Succeeded();
        Assert.False(File.Exists(folder["bin/Debug/tiny.changes.md"]));
    }

    [SandboxFact]
    public void A_publication_compares_with_what_was_published_last()
    {
        folder.Run("publish").Succeeded();
        WriteVersion("1.1");
        folder.Build().Succeeded();
        WriteVersion("1.22");
        folder.Build().Succeeded();
        // The build has compared with the one before, which nobody got.
        var result = folder.Run("publish", "--no-build", $"-p:ImagePublishedChangesFile={folder["published changes.json"]}").Succeeded();
        Assert.Single(result.Lines, line => line.StartsWith("tiny: Since tiny/", StringComparison.Ordinal));
        var json = JsonDocument.Parse(File.ReadAllText(folder["published changes.json"])).RootElement;
        Assert.Equal(["/etc/greeting", "/srv/odd `name` | <b>"], json.GetProperty("files").GetProperty("changed").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.DoesNotContain("Since ", folder.Run("publish", "--no-build").Succeeded().Output);

        // The first build of another checkout compares with the store; and one that has just been told of is not told of twice.
        Directory.Delete(folder["bin"], recursive: true);
        Directory.Delete(folder["obj"], recursive: true);
        WriteVersion("1.33");
        result = folder.Run("publish").Succeeded();
        Assert.Single(result.Lines, line => line.StartsWith("tiny: Since tiny/", StringComparison.Ordinal));
        Assert.True(File.Exists(folder["bin/Debug/tiny.published-changes.md"]));
    }

    [SandboxFact]
    public void Nothing_is_compared_where_that_is_not_wanted()
    {
        folder.Build("-p:ImageReportChanges=false").Succeeded();
        WriteVersion("1.1");
        Assert.DoesNotContain("Since ", folder.Build("-p:ImageReportChanges=false").Succeeded().Output);
        Assert.Contains("error IMG1600", folder.Build("-p:ImageChangesFile=changes.pdf").Output);
        WriteVersion("1.2");
        Assert.Contains("Since ", folder.Build("-p:ImageChangesFile=false").Succeeded().Output);
        Assert.False(File.Exists(folder["bin/Debug/tiny.changes.md"]));
    }
}
