using ImageSdk.Dominator;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Services;

public sealed class BuildImageTests
{
    const string Streams = """
        {"Streams": {"base/os": {"ManifestUrl": "dir:///x"}, "app/one": {"ManifestUrl": "dir:///x"}, "app/two": {"ManifestUrl": "dir:///x"}, "loop/a": {}, "loop/b": {}},
         "StreamPatterns": {"users/a/.*": {}, "users/.*/both": {}}}
        """;

    static async Task<Images.Image?> FindAsync(TestImaginator imaginator, string name) => await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(name);

    [Fact]
    public async Task An_image_is_built_and_added_and_its_log_comes_as_it_grows()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var (response, log) = await imaginator.BuildAsync("base/os", request => request with { Variables = new Dictionary<string, string> { ["K"] = "v" }, GitBranch = "topic" });
        Assert.Equal("", response.ErrorString);
        Assert.Matches("^base/os/[0-9]{4}-[0-9]{2}-[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2}$", response.ImageName);
        Assert.Contains("building base/os\n", log, StringComparison.Ordinal);
        Assert.Contains($"Uploaded {response.ImageName} in ", log, StringComparison.Ordinal);
        Assert.Empty(response.BuildLog);
        var image = (await FindAsync(imaginator, response.ImageName))!;
        Assert.InRange(image.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        var build = Assert.Single(imaginator.Builder!.Builds);
        Assert.Equal(("topic", "v"), (build.GitBranch, build.Variables["K"]));
        var archived = Assert.Single(imaginator.Daemon.Parts.Archive.List());
        Assert.Equal((response.ImageName, ""), (archived.Image, archived.Info.Error));
        Assert.Contains("building base/os\n", File.ReadAllText(Path.Combine(imaginator.Folder["builds"], response.ImageName, BuildLogArchive.LogName)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_does_not_come_as_it_grows_comes_at_the_end()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var (response, log) = await imaginator.BuildAsync("base/os", request => request with { StreamBuildLog = false });
        Assert.Contains("building base/os\n", log, StringComparison.Ordinal);
        Assert.NotEmpty(response.BuildLog);
    }

    [Fact]
    public async Task A_returned_image_is_not_added_but_its_objects_are_there()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var (response, _) = await imaginator.BuildAsync("base/os", request => request with { ReturnImage = true });
        Assert.Equal(("", ""), (response.ErrorString, response.ImageName));
        var file = Assert.IsType<Images.RegularInode>(response.Image!.FileSystem!.Index.Find("/etc/build"));
        Assert.Empty(await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new()));
        Assert.True(File.Exists(new Storage.ObjectStore(imaginator.Server.ObjectDirectory).GetPath(file.Hash)));
    }

    [Fact]
    public async Task A_source_image_that_is_missing_is_built_once_for_all_who_need_it()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        imaginator.Builder!.Sources["app/one"] = imaginator.Builder.Sources["app/two"] = "base/os";
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => imaginator.BuildAsync(
            number % 2 == 0 ? "app/one" : "app/two",
            request => request with { Variables = new Dictionary<string, string> { ["N"] = "" }, MaximumBuildDuration = TimeSpan.FromHours(1 + number) })));
        Assert.All(answers, answer => Assert.Equal("", answer.Response.ErrorString));
        Assert.Equal(1, imaginator.Builder.CountOf("base/os"));
        var source = imaginator.Builder.Builds.Single(build => build.Stream.Name == "base/os");
        Assert.Equal("manifest", source.Variables["FROM"]);
        Assert.Contains(answers, answer => answer.Log.Contains("building base/os\n", StringComparison.Ordinal));
        // Names are of one second each, and there is none twice.
        Assert.Equal(10, answers.Select(answer => answer.Response.ImageName).Distinct().Count());
        // Another one a little later finds it.
        Assert.Equal("", (await imaginator.BuildAsync("app/one", request => request with { MaxSourceAge = TimeSpan.FromHours(1) })).Response.ErrorString);
        Assert.Equal(1, imaginator.Builder.CountOf("base/os"));
        // Once it is too old, it is built again.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        Assert.Equal("", (await imaginator.BuildAsync("app/one", request => request with { MaxSourceAge = TimeSpan.FromSeconds(1) })).Response.ErrorString);
        Assert.Equal(2, imaginator.Builder.CountOf("base/os"));
    }

    [Fact]
    public async Task Who_asks_for_it_is_told_which_source_image_is_needed()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        imaginator.Builder!.Sources["app/one"] = "base/os";
        var (response, _) = await imaginator.BuildAsync("app/one", request => request with { DisableRecursiveBuild = true });
        Assert.Equal("error unpacking image: no source image: base/os", response.ErrorString);
        Assert.Equal((true, "base/os", ""), (response.NeedSourceImage, response.SourceImage, response.SourceImageGitCommitId));
        Assert.Equal("manifest", response.SourceImageBuildVariables!["FROM"]);
        Assert.Empty(imaginator.Builder.Builds);
    }

    [Fact]
    public async Task Failures_are_told_and_archived()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        imaginator.Builder!.Failures["base/os"] = "broken";
        imaginator.Builder.Sources["app/one"] = "base/os";
        var (response, log) = await imaginator.BuildAsync("app/one");
        Assert.Equal("error IMG9999: broken", response.ErrorString);
        Assert.False(response.NeedSourceImage);
        Assert.Contains("Error building image: error IMG9999: broken\n", log, StringComparison.Ordinal);
        Assert.Equal(["app/one", "base/os"], imaginator.Daemon.Parts.Archive.List().Select(build => Images.ImageName.GetDirectory(build.Image)).Order(StringComparer.Ordinal));
        Assert.All(imaginator.Daemon.Parts.Archive.List(), build => Assert.Equal("error IMG9999: broken", build.Info.Error));
    }

    [Fact]
    public async Task Streams_that_are_built_on_each_other_are_no_endless_wait()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        (imaginator.Builder!.Sources["loop/a"], imaginator.Builder.Sources["loop/b"]) = ("loop/b", "loop/a");
        var answers = await Task.WhenAll(imaginator.BuildAsync("loop/a"), imaginator.BuildAsync("loop/b"));
        Assert.All(answers, answer => Assert.Contains("streams are built on each other: ", answer.Response.ErrorString, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nosuch/stream", 3600, "unknown stream: nosuch/stream")]
    [InlineData("users/a/../../etc", 3600, "unknown stream: users/a/../../etc")]
    [InlineData("", 3600, "unknown stream: ")]
    [InlineData("users/a/both", 3600, "multiple stream patterns match: \"users/a/both\"")]
    [InlineData("base/os", 0, "minimum expiration duration is 15m0s")]
    [InlineData("nosuch", 899, "minimum expiration duration is 15m0s")]
    [InlineData("base/os", 731 * 3600, "maximum expiration time is 4w2d10h0m0s for you")]
    [InlineData("nosuch", 731 * 3600, "unknown stream: nosuch")]
    public async Task What_is_refused_is_refused_in_the_original_s_words_and_order(string stream, int seconds, string expected)
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var (response, log) = await imaginator.BuildAsync(stream, request => request with { ExpiresIn = TimeSpan.FromSeconds(seconds) });
        Assert.Equal((expected, ""), (response.ErrorString, log));
    }

    [Fact]
    public async Task Builds_and_automatic_builds_are_disabled_over_a_restart()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, configure: (options, _) => options.ImageRebuildInterval = TimeSpan.FromHours(1));
        var client = await imaginator.ConnectAsync();
        Assert.Equal("cannot disable build requests for more than: 24h", (await client.DisableBuildRequestsAsync(TimeSpan.FromHours(25))).Error);
        Assert.Equal("cannot disable auto building for more than: 4h0m0s", (await client.DisableAutoBuildsAsync(TimeSpan.FromHours(5))).Error);
        Assert.InRange((await client.DisableAutoBuildsAsync(TimeSpan.FromHours(4))).DisabledUntil!.Value - DateTimeOffset.UtcNow, TimeSpan.FromHours(3.9), TimeSpan.FromHours(4));
        Assert.NotNull((await client.DisableBuildRequestsAsync(TimeSpan.FromHours(1))).DisabledUntil);
        await imaginator.RestartAsync();
        Assert.Matches(@"^builds disabled until \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d UTC \(for 59m\d+s\)$", (await imaginator.BuildAsync("base/os")).Response.ErrorString);
        Assert.NotNull(imaginator.Daemon.Parts.Switches.AutomaticDisabledUntil);
        client = await imaginator.ConnectAsync();
        Assert.Null((await client.DisableBuildRequestsAsync(TimeSpan.Zero)).DisabledUntil);
        Assert.Equal("", (await imaginator.BuildAsync("base/os")).Response.ErrorString);
        Assert.Equal("no SlaveDriver configured", (await client.ReplaceIdleSlavesAsync(true)).Error);
    }

    [Fact]
    public async Task A_stream_that_was_just_configured_is_known()
    {
        await using var imaginator = await TestImaginator.StartAsync();
        File.WriteAllText(imaginator.Folder["streams.json"], Streams);
        Assert.Equal("", (await imaginator.BuildAsync("base/os")).Response.ErrorString);
    }

    [Fact]
    public async Task Directories_of_streams_are_made()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var images = await imaginator.Server.ConnectImagesAsync();
        await Wait.UntilAsync(async () => await images.CheckDirectoryAsync("loop/b"));
        Assert.True(await images.CheckDirectoryAsync("app"));
    }
}
