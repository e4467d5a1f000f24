using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Tests;

public class CacheTests
{
    static SampleCache WithThreeLayers() => new SampleCache().Add("aaa", "CopyFiles", 50).Add("bbb", "RunScripts", 2).Add("ccc", "ScanImage", 20);

    [Fact]
    public void Layers_are_listed_with_the_most_recently_used_first()
    {
        using var sample = WithThreeLayers();
        var run = sample.Run("list");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(4, run.Lines.Length);
        Assert.Matches("^Stage +Layer +Size +Entries +Made +Used$", run.Lines[0]);
        Assert.Matches("^RunScripts +bbb +0 B +2 +.* ago +2d[0-9hm]*[0-9]+s ago$", run.Lines[1]);
        Assert.StartsWith("ScanImage ", run.Lines[2]);
        Assert.StartsWith("CopyFiles ", run.Lines[3]);
        var json = sample.RunJson("list");
        Assert.Equal(["bbb", "ccc", "aaa"], json.EnumerateArray().Select(layer => layer.GetProperty("id").GetString()));
        Assert.Equal(2, json[0].GetProperty("entries").GetInt32());
        Assert.False(json[0].TryGetProperty("fault", out _));
    }

    [Fact]
    public void A_damaged_layer_is_listed_as_one_and_stays()
    {
        using var sample = WithThreeLayers();
        File.WriteAllText(Path.Combine(sample.Layer("aaa"), "index"), "nonsense");
        File.Delete(Path.Combine(sample.Layer("ccc"), "index"));
        Assert.Equal(2, sample.Run("list").Lines.Count(line => line.Contains("damaged", StringComparison.Ordinal)));
        Assert.Equal(["aaa", "bbb", "ccc"], sample.Ids());
        Assert.Contains(sample.RunJson("list").EnumerateArray(), layer => layer.TryGetProperty("fault", out _));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("gc")]
    [InlineData("verify")]
    public void Without_a_cache_there_is_one_error(string command)
    {
        using var temporary = new TemporaryDirectory();
        CommandRun.Start(new RunSettings(), "cache", command, "--cache", temporary["none"]).AssertError("IMG7120");
        CommandRun.Start(new RunSettings(), "cache", command).AssertError("IMG7120");
    }

    [Fact]
    public void The_cache_is_found_as_builds_find_it()
    {
        using var sample = WithThreeLayers();
        Directory.CreateSymbolicLink(sample.Temporary["imagesdk"], sample.Temporary.FullName);
        Directory.CreateDirectory(sample.Temporary["home"]);
        Directory.CreateSymbolicLink(sample.Temporary["home/.cache"], sample.Temporary.FullName);
        foreach (var (name, value) in new[] { ("XDG_CACHE_HOME", sample.Temporary.FullName), ("HOME", sample.Temporary["home"]) })
            Assert.Equal(4, CommandRun.Start(new RunSettings { Variables = new() { [name] = value } }, "cache", "list").Lines.Length);
    }

    [Theory]
    [InlineData("no size", "gc", "--max-size", "10 apples")]
    [InlineData("no duration", "gc", "--max-age", "30")]
    [InlineData("no duration", "gc", "--max-age", "1h2d")]
    [InlineData("no duration", "gc", "--max-age", "999999999999999999w")]
    [InlineData("no stage that makes a layer", "explain", "/", "TestImage")]
    [InlineData("no stage that makes a layer", "explain", "/", "3")]
    [InlineData("See: imagesdk cache explain --help", "explain")]
    [InlineData("no command nothing. See: imagesdk cache --help", "nothing")]
    public void Wrong_arguments_are_one_line(string expected, params string[] arguments)
    {
        var run = CommandRun.Start(new RunSettings(), ["cache", .. arguments]);
        run.AssertError("IMG7101");
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public void A_dry_run_says_what_would_go_and_removes_nothing()
    {
        using var sample = WithThreeLayers();
        var run = sample.Run("gc", "--max-age", "10d", "--dry-run", "--verbose");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("would remove CopyFiles aaa, 0 B, used 7w1d", run.Lines[0]);
        Assert.StartsWith("would remove ScanImage ccc", run.Lines[1]);
        Assert.Equal("would remove 2 layers, 0 B", run.Lines[2]);
        Assert.Equal(["aaa", "bbb", "ccc"], sample.Ids());
        var json = sample.RunJson("gc", "--max-age", "4w2d", "--dry-run");
        Assert.True(json.GetProperty("dryRun").GetBoolean());
        Assert.Equal("aaa", Assert.Single(json.GetProperty("removed").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public void What_goes_is_summed_up_by_stage_and_kind()
    {
        using var sample = WithThreeLayers().Add("ddd", "CopyFiles", 51).AddPackage("0a", "less", 60).AddPackage("0b", "curl", 61);
        Assert.Equal(
            ["would remove      2 (package), 20 B", "would remove      2 CopyFiles, 0 B", "would remove 2 layers and 2 packages, package lists and downloads, 20 B"],
            sample.Run("gc", "--max-age", "40d", "--dry-run").Lines);
    }

    [SandboxFact]
    public void A_clean_up_removes_layers_and_what_killed_builds_left()
    {
        using var sample = WithThreeLayers();
        var session = sample.Temporary["uid-0/sessions/killed"];
        Directory.CreateDirectory(Path.Combine(session, "1/u"));
        File.WriteAllText(Path.Combine(session, "lock"), "");
        File.Delete(Path.Combine(sample.Layer("bbb"), "index"));
        var run = sample.Run("gc", "--max-age", "30d");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("removed 2 layers, 0 B", run.Lines[^1]);
        Assert.Equal(["ccc"], sample.Ids());
        Assert.Empty(Directory.EnumerateFileSystemEntries(sample.Temporary["uid-0/sessions"]));
    }

    [SandboxFact]
    public void Nothing_is_removed_while_a_build_holds_the_cache()
    {
        using var sample = WithThreeLayers();
        File.Delete(Path.Combine(sample.Layer("bbb"), "index"));
        using (new FileStream(sample.Temporary["uid-0/lock"], FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read))
        {
            sample.Run("gc", "--max-age", "1d").AssertError("IMG7121");
            sample.Run("verify", "--repair").AssertError("IMG7121");
            Assert.Equal(1, sample.Run("verify").ExitCode);
        }
        Assert.Equal(["aaa", "bbb", "ccc"], sample.Ids());
    }

    [SandboxFact]
    public void Damaged_layers_are_found_and_repaired()
    {
        using var sample = WithThreeLayers();
        var good = sample.Run("verify", "--content");
        Assert.Equal((0, "", ""), (good.ExitCode, good.Output, good.Error));
        File.WriteAllText(Path.Combine(sample.Layer("ccc"), "t/stranger"), "");
        Directory.Delete(Path.Combine(sample.Layer("aaa"), "t/d"));
        var run = sample.Run("verify");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(["aaa: /d is missing", "ccc: /stranger is not in the index"], run.Lines.Order());
        Assert.Equal(2, sample.RunJson("verify").GetArrayLength());
        Assert.Equal(1, sample.Run("verify", "--repair").ExitCode);
        Assert.Equal(["bbb"], sample.Ids());
        Assert.Equal(0, sample.Run("verify").ExitCode);
    }

    [Fact]
    public void Packages_and_package_lists_are_listed_and_counted()
    {
        using var sample = WithThreeLayers().AddPackage("0a", "less", 1).AddPackage("0b", "curl", 30).AddLists("k1", 40);
        var lines = sample.Run("list").Lines;
        Assert.Matches(@"^\(package\) +less 1 \(all\) +10 B +1 +.* ago +1d[0-9hm]*[0-9]+s ago$", lines[1]);
        Assert.StartsWith("(package)        curl 1 (all)", lines[4]);
        Assert.StartsWith("(package lists)  k1", lines[5]);
        var json = sample.RunJson("list");
        Assert.Equal(["package", "layer", "layer", "package", "packageLists", "layer"], json.EnumerateArray().Select(entry => entry.GetProperty("kind").GetString()));
        Assert.Equal(("0a", "less 1 (all)"), (json[0].GetProperty("id").GetString(), json[0].GetProperty("title").GetString()));
        Assert.Equal("would remove 1 layers and 2 packages, package lists and downloads, 13 B", sample.Run("gc", "--max-age", "25d", "--dry-run").Lines[^1]);
        Assert.Equal("would remove 3 layers and 3 packages, package lists and downloads, 23 B", sample.Run("gc", "--max-size", "5B", "--dry-run").Lines[^1]);
    }

    [SandboxFact]
    public void A_clean_up_removes_packages_and_package_lists()
    {
        using var sample = WithThreeLayers().AddPackage("0a", "less", 1).AddPackage("0b", "curl", 30).AddLists("k1", 40);
        var run = sample.Run("gc", "--max-age", "25d");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["bbb", "ccc"], sample.Ids());
        Assert.True(Directory.Exists(sample.Package("0a")));
        Assert.False(Directory.Exists(sample.Package("0b")) || Directory.Exists(sample.Temporary["uid-0/apt/k1"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(sample.Temporary["uid-0/sessions"]));
    }

    [SandboxFact]
    public void Damaged_packages_are_found_and_repaired()
    {
        using var sample = new SampleCache().Add("aaa", "CopyFiles", 1).AddPackage("0a", "less", 1).AddPackage("0b", "curl", 1).AddPackage("0c", "zstd", 1);
        Assert.Equal(0, sample.Run("verify", "--content").ExitCode);
        File.WriteAllText(Path.Combine(sample.Package("0a"), "less_1_all.deb"), "012345678X");
        File.WriteAllText(Path.Combine(sample.Package("0b"), "curl_1_all.deb"), "0");
        Assert.Equal("0b: it has 1 bytes instead of 10", Assert.Single(sample.Run("verify").Lines));
        var run = sample.Run("verify", "--content", "--repair");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["0a: it has another content; removed", "0b: it has 1 bytes instead of 10; removed"], run.Lines.Order());
        Assert.Equal([sample.Package("0c")], Directory.GetDirectories(Path.GetDirectoryName(sample.Package("0c"))!));
        Assert.Equal(["aaa"], sample.Ids());
    }
}
