using System.Text.Json;
using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Tests;

/// <summary>The commands that ask a machine database; compared by hand with imagetool against the real daemons.</summary>
public sealed class FleetTests : IDisposable
{
    static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddHours(1);

    readonly FleetServer site = new();

    public FleetTests()
    {
        site.ImageExpiries["base/a.1"] = null;
        site.ImageExpiries["base/a.10"] = null;
        site.ImageExpiries["base/a.2"] = null;
        site.ImageExpiries["base/short"] = Later;
        site.Machines.Add(new() { Hostname = "web-10", RequiredImage = "base/a.1", PlannedImage = "base/a.2" });
        site.Machines.Add(new() { Hostname = "web-9", RequiredImage = "base/a.1", PlannedImage = "base/a.1" });
        site.Machines.Add(new() { Hostname = "db-long-name", RequiredImage = "base/short" });
        site.Machines.Add(new() { Hostname = "db", RequiredImage = "base/gone" });
        site.Machines.Add(new() { Hostname = "idle" });
    }

    public void Dispose() => site.Dispose();

    [Fact]
    public void Images_are_listed_by_whether_machines_need_them()
    {
        Assert.Equal(["base/a.1", "base/a.2", "base/gone", "base/short"], Lines("list-mdb"));
        Assert.Equal(["base/a.10"], Lines("list-not-in-mdb"));
        site.Machines.Clear();
        Assert.Empty(Lines("list-mdb"));
        Assert.Equal(["base/a.1", "base/a.2", "base/a.10", "base/short"], Lines("list-not-in-mdb"));
        Assert.Equal(["base/a.1", "base/a.2", "base/a.10"], Lines("list-not-in-mdb", "--ignore-expiring"));
    }

    [Fact]
    public void Machines_whose_image_is_missing_or_expires_are_shown()
    {
        var lines = Lines("show-bad-image-subs");
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^db-long-name base/short \d\d \w{3} \d{4} \d\d:\d\d:\d\d \S+ 59m\d+s$", lines[0]);
        Assert.Matches(@"^db           base/gone  MISSING +$", lines[1]);
        using var json = JsonDocument.Parse(site.Run("show-bad-image-subs", "--json").OutputBytes);
        Assert.Equal([false, true], json.RootElement.EnumerateArray().Select(item => item.GetProperty("missing").GetBoolean()));
    }

    [Fact]
    public void Computed_files_are_found_by_machine()
    {
        site.ComputedFiles["base/a.1"] = [new("/etc/hosts", site.Address), new("/etc/möre", site.Address)];
        site.ComputedFiles["base/a.2"] = [new("/etc/other", site.Address)];
        site.ComputedFiles["base/short"] = [];
        Assert.Equal(["web-9  base/a.1", "web-10 base/a.1"], Lines("show-computed-file-subs", "/etc/hosts", site.Address));
        Assert.Empty(Lines("show-computed-file-subs", "/etc/hosts", "elsewhere:1"));
        Assert.Empty(Lines("show-computed-file-subs", "/etc/other", site.Address));

        site.GeneratedPaths.AddRange(["/etc/hosts", "/etc/other"]);
        var run = site.Run("show-bad-computed-files");
        Assert.Equal(
            ["base/a.1 has missing computed files", "  missing computed files:", $"    /etc/möre:{site.Address}", "  affected subs:", "    web-9", "    web-10"], run.Lines);
        Assert.StartsWith("imagesdk: warning IMG7103: the server has no image base/gone", run.Error);
        site.GeneratedPaths.Add("/etc/möre");
        Assert.Empty(site.Run("show-bad-computed-files").Lines);
        // One that cannot be asked has a page.
        site.IsGeneratorOld = true;
        Assert.Empty(site.Run("show-bad-computed-files").Lines);
        site.GeneratedPaths.Remove("/etc/other");
        Assert.Contains("    /etc/other:" + site.Address, site.Run("show-bad-computed-files").Lines);
        site.HasPage = false;
        var refused = site.Run("show-bad-computed-files");
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("error IMG7142: the file generator", refused.Error);
    }

    [Theory]
    [InlineData("list-mdb")]
    [InlineData("show-bad-image-subs")]
    public void A_database_that_cannot_be_reached_is_one_error(string command) =>
        CommandRun.Start(new RunSettings(), command, "--server", site.Address, "--mdb", "127.0.0.1:1", "--certs", Path.GetTempPath()).AssertError("IMG7141");

    string[] Lines(params string[] arguments)
    {
        var run = site.Run(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Lines;
    }
}
