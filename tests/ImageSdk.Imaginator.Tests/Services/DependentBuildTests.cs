using System.Text;
using ImageSdk.Dominator;

namespace ImageSdk.Imaginator.Tests.Services;

/// <summary>Automatic cycles that build what is built on a stream that has changed (<c>-rebuildDependents</c>).</summary>
public sealed class DependentBuildTests
{
    /// <param name="sources">By stream, what it is built on. The first one is built by itself.</param>
    static async Task<TestImaginator> StartAsync(IReadOnlyDictionary<string, string> sources, string root = "base/os", bool isOn = true, string more = "")
    {
        var imaginator = await TestImaginator.StartAsync(main: $"\"ImageStreamsToAutoRebuild\": [\"{root}\"{more}]", configure: (options, folder) =>
        {
            options.RebuildDependents = isOn;
            foreach (var (stream, source) in sources.Append(new(root, "")))
                folder.Write($"manifests/{stream}/manifest", $"{{\"SourceImage\": \"{source}\"}}");
            folder.Write("streams.json", $$"""{"Streams": { {{string.Join(",", sources.Keys.Append(root).Select(stream => $"\"{stream}\": {{\"ManifestUrl\": \"dir://{folder["manifests"]}\", \"ManifestDirectory\": \"{stream}\"}}"))}} } }""");
            options.MaximumConcurrentBuildsPerUser = 0;
            options.ConcurrentBuilds = 8;
        });
        foreach (var (stream, source) in sources)
            imaginator.Builder!.Sources[stream] = source;
        return imaginator;
    }

    static async Task<IReadOnlyList<string>> RunCycleAsync(TestImaginator imaginator)
    {
        var before = imaginator.Builder!.Builds.Count;
        Assert.Equal("", (await (await imaginator.ConnectAsync()).StartAutoBuildsAsync(new() { WaitForComplete = true }).WaitAsync(TimeSpan.FromMinutes(5))).Error);
        return [.. imaginator.Builder.Builds.Skip(before).Select(build => build.Stream.Name)];
    }

    static readonly Dictionary<string, string> tree = new()
    {
        ["app/a"] = "base/os", ["app/b"] = "base/os", ["app/a/1"] = "app/a", ["app/a/2"] = "app/a", ["app/b/1"] = "app/b", ["other"] = "third/os", ["app/never"] = "base/os",
    };

    static async Task BuildAllAsync(TestImaginator imaginator)
    {
        imaginator.Builder!.Contents = stream => $"first {stream}";
        foreach (var stream in new[] { "base/os", "app/a", "app/b", "app/a/1", "app/a/2", "app/b/1" })
            Assert.Equal("", (await imaginator.BuildAsync(stream, request => request with { ExpiresIn = TimeSpan.FromHours(5) })).Response.ErrorString);
    }

    [Fact]
    public async Task What_is_built_on_a_changed_stream_follows_behind_its_source_and_nothing_else()
    {
        await using var imaginator = await StartAsync(tree);
        await BuildAllAsync(imaginator);
        // The base comes out as it was.
        Assert.Equal(["base/os"], await RunCycleAsync(imaginator));
        imaginator.Builder!.Contents = stream => $"second {stream}";
        // What was never built does not begin to be.
        var built = await RunCycleAsync(imaginator);
        Assert.Equal(["app/a", "app/a/1", "app/a/2", "app/b", "app/b/1", "base/os"], built.Order(StringComparer.Ordinal));
        foreach (var (stream, source) in tree.Where(each => built.Contains(each.Key)))
            Assert.True(built.ToList().IndexOf(source) < built.ToList().IndexOf(stream), stream);
        var results = imaginator.Daemon.Parts.Automatic.Cycle!.Results;
        Assert.Equal(["", "app/a", "base/os"], results.Where(result => result.Stream is "base/os" or "app/a" or "app/a/2").Select(result => result.Follows).Order(StringComparer.Ordinal));
        // It is kept for as long as the image that it follows.
        var images = await imaginator.Server.ConnectImagesAsync();
        Assert.True(await images.GetImageExpirationAsync(results.Single(result => result.Stream == "app/a/1").Image) - DateTimeOffset.UtcNow > TimeSpan.FromHours(4.5));
        Assert.Equal(["base/os"], await RunCycleAsync(imaginator));
    }

    [Fact]
    public async Task A_stream_that_comes_out_the_same_ends_the_way()
    {
        await using var imaginator = await StartAsync(tree);
        await BuildAllAsync(imaginator);
        imaginator.Builder!.Contents = stream => stream is "app/a" ? "first app/a" : $"second {stream}";
        Assert.Equal(["app/a", "app/b", "app/b/1", "base/os"], (await RunCycleAsync(imaginator)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_change_counts_whoever_built_it_and_when()
    {
        await using var imaginator = await StartAsync(tree);
        await BuildAllAsync(imaginator);
        imaginator.Builder!.Contents = stream => $"second {stream}";
        Assert.Equal("", (await imaginator.BuildAsync("base/os")).Response.ErrorString);
        Assert.Equal("", (await imaginator.BuildAsync("app/a")).Response.ErrorString);
        await imaginator.RestartAsync();
        Assert.Equal(["app/a/1", "app/a/2", "app/b", "app/b/1", "base/os"], (await RunCycleAsync(imaginator)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_fails_keeps_its_image_and_what_is_built_on_it()
    {
        await using var imaginator = await StartAsync(tree);
        await BuildAllAsync(imaginator);
        imaginator.Builder!.Contents = stream => $"second {stream}";
        imaginator.Builder.Failures["app/a"] = "broken";
        Assert.Equal(["app/a", "app/b", "app/b/1", "base/os"], (await RunCycleAsync(imaginator)).Order(StringComparer.Ordinal));
        imaginator.Builder.Failures.Clear();
        // It is tried again.
        Assert.Equal(["app/a", "app/a/1", "app/a/2", "base/os"], (await RunCycleAsync(imaginator)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Circles_and_streams_of_the_list_are_built_once()
    {
        var circle = new Dictionary<string, string>(tree) { ["app/b"] = "app/b/1" };
        await using var imaginator = await StartAsync(circle, more: ", \"app/a\", \"app/a/1\"");
        imaginator.Builder!.Sources.Remove("app/b");
        await BuildAllAsync(imaginator);
        imaginator.Builder.Contents = stream => $"second {stream}";
        Assert.Equal(["app/a", "app/a/1", "app/a/2", "base/os"], (await RunCycleAsync(imaginator)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_the_list_is_built_where_that_is_not_asked_for()
    {
        await using var imaginator = await StartAsync(tree, isOn: false);
        await BuildAllAsync(imaginator);
        imaginator.Builder!.Contents = stream => $"second {stream}";
        Assert.Equal(["base/os"], await RunCycleAsync(imaginator));
    }

    [Fact]
    public async Task Of_a_thousand_streams_those_follow_that_are_built_on_what_has_changed()
    {
        var random = new Random(4);
        // Two trees that have nothing to do with each other.
        var sources = Enumerable.Range(2, 998).ToDictionary(number => $"s/{number:000}", number => $"s/{2 * random.Next(number / 2) + number % 2:000}");
        await using var imaginator = await StartAsync(sources, root: "s/000");
        imaginator.Builder!.Sources.Clear();
        var images = await imaginator.Server.ConnectImagesAsync();
        // Some of them have images.
        var have = sources.Keys.Where((_, number) => number % 10 < 4).Append("s/000").Append("s/001").ToHashSet();
        foreach (var stream in have)
        {
            await images.MakeDirectoryAsync(stream, makeAll: true);
            imaginator.Server.PutObject($"first {stream}");
            await images.AddImageAsync($"{stream}/first", new()
            {
                FileSystem = FakeStreamBuilder.Tree(Encoding.UTF8.GetBytes($"first {stream}")), CreatedBy = "test", SourceImage = sources.TryGetValue(stream, out var source) ? $"{source}/first" : "",
            });
        }
        imaginator.Builder.Contents = stream => $"second {stream}";
        var built = await RunCycleAsync(imaginator);
        var expected = have.Where(Follows).ToList();
        Assert.True(expected.Count is > 10 and < 300, $"{expected.Count}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), built.Order(StringComparer.Ordinal));

        bool Follows(string stream) => stream == "s/000" || have.Contains(stream) && sources.TryGetValue(stream, out var source) && Follows(source);
    }
}
