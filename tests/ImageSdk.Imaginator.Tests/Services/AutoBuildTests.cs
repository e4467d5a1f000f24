using ImageSdk.Dominator;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Services;

public sealed class AutoBuildTests
{
    const string Streams = """{"Streams": {"base/os": {}, "app/one": {}, "app/two": {}}}""";
    const string Main = "\"ImageStreamsToAutoRebuild\": [\"base/os\", \"app/one\"]";

    static Task<StartAutoBuildsResponse> RunCycleAsync(ImaginatorClient client) => client.StartAutoBuildsAsync(new() { WaitForComplete = true }).WaitAsync(TimeSpan.FromMinutes(2));

    [Fact]
    public async Task A_cycle_builds_its_streams_in_order()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main);
        Assert.Equal("", (await RunCycleAsync(await imaginator.ConnectAsync())).Error);
        Assert.Equal(["base/os", "app/one"], imaginator.Builder!.Builds.Select(build => build.Stream.Name));
        // Packages from the cache do not count.
        Assert.All(imaginator.Builder.Builds, build => Assert.Equal(TimeSpan.Zero, build.MaxPackageAge));
        var images = await imaginator.Server.ConnectImagesAsync();
        var name = Assert.Single(await images.ListImagesAsync(new()), name => name.StartsWith("base/os/", StringComparison.Ordinal));
        Assert.InRange((await images.GetImageExpirationAsync(name))!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_stream_that_fails_and_all_while_they_are_disabled_have_their_image_kept_for_longer()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main);
        var client = await imaginator.ConnectAsync();
        var images = await imaginator.Server.ConnectImagesAsync();
        var (built, _) = await imaginator.BuildAsync("base/os", request => request with { ExpiresIn = TimeSpan.FromMinutes(16) });
        imaginator.Builder!.Failures["base/os"] = "broken";
        await RunCycleAsync(client);
        Assert.True(await images.GetImageExpirationAsync(built.ImageName) - DateTimeOffset.UtcNow > TimeSpan.FromMinutes(50));
        Assert.Equal(1, imaginator.Builder.CountOf("app/one"));
        imaginator.Builder.Failures.Clear();
        await client.DisableAutoBuildsAsync(TimeSpan.FromHours(1));
        await RunCycleAsync(client);
        Assert.Equal((2, 1), (imaginator.Builder.CountOf("base/os"), imaginator.Builder.CountOf("app/one")));
    }

    [Fact]
    public async Task A_second_cycle_waits_for_the_first_or_is_refused()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main);
        var gate = new TaskCompletionSource();
        imaginator.Builder!.Gate = gate.Task;
        var client = await imaginator.ConnectAsync();
        Assert.Equal("", (await client.StartAutoBuildsAsync(new())).Error);
        Assert.Equal("auto build busy", (await client.StartAutoBuildsAsync(new())).Error);
        var waiting = (await imaginator.ConnectAsync()).StartAutoBuildsAsync(new() { WaitToStart = true, WaitForComplete = true });
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        gate.SetResult();
        Assert.Equal("", (await waiting.WaitAsync(TimeSpan.FromMinutes(2))).Error);
        Assert.Equal(2, imaginator.Builder.CountOf("app/one"));
    }

    [Fact]
    public async Task Cycles_begin_by_themselves()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main, configure: (options, _) => options.ImageRebuildInterval = TimeSpan.FromSeconds(2));
        await Wait.UntilAsync(() => imaginator.Builder!.CountOf("app/one") >= 2);
    }

    [Fact]
    public async Task A_build_that_is_under_way_when_the_daemon_ends_is_done_when_it_is_back()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main);
        var gate = new TaskCompletionSource();
        imaginator.Builder!.Gate = gate.Task;
        var asking = Assert.ThrowsAnyAsync<Exception>(() => imaginator.BuildAsync("app/two"));
        await Wait.UntilAsync(() => imaginator.Builder.CountOf("app/two") >= 1);
        await imaginator.RestartAsync();
        await asking;
        gate.SetResult();
        var images = await imaginator.Server.ConnectImagesAsync();
        await Wait.UntilAsync(async () => (await images.ListImagesAsync(new())).Any(name => name.StartsWith("app/two/", StringComparison.Ordinal)));
        Assert.Equal(2, imaginator.Builder.CountOf("app/two"));
    }
}
