using System.Text.Json;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Tests;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Tests.Engine;

namespace ImageSdk.Imaginator.Tests.Tool;

/// <summary>imagesdk build against imaginators: ours, and the original's.</summary>
public sealed class BuildCommandTests
{
    const string Streams = """{"Streams": {"base/os": {}, "app/one": {}}, "StreamPatterns": {"users/.*": {}}}""";
    const string Main = "\"ImageStreamsToAutoRebuild\": [\"base/os\"]";

    static CommandRun Run(TestImaginator imaginator, params string[] arguments) => Run(imaginator.Port, arguments);

    static CommandRun Run(int port, params string[] arguments) => CommandRun.Start(new RunSettings(), ["build", "--imaginator", $"127.0.0.1:{port}", .. arguments]);

    [Fact]
    public async Task An_image_is_built_and_named()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var file = imaginator.Folder.Write("variables.json", """{"A": "file", "B": "b"}""");
        var run = Run(imaginator, "build-image", "base/os", "topic", "--variables-file", file, "--variable", "A=given", "--max-source-age", "0", "--max-build-duration", "5m");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("^base/os/[0-9:-]+\n$", run.Output);
        var build = Assert.Single(imaginator.Builder!.Builds);
        Assert.Equal(("topic", "given", "b", TimeSpan.Zero, TimeSpan.FromMinutes(5)), (build.GitBranch, build.Variables["A"], build.Variables["B"], build.MaxSourceAge, build.TimeLimit));
        var json = JsonDocument.Parse(Run(imaginator, "--json", "build-image", "base/os").Output).RootElement;
        Assert.StartsWith("base/os/", json.GetProperty("image").GetString(), StringComparison.Ordinal);
        var shown = Run(imaginator, "build-image", "base/os", "--always-show-log");
        Assert.StartsWith("Start of build log ==========================\n", shown.Error, StringComparison.Ordinal);
        Assert.Contains("building base/os\n", shown.Error, StringComparison.Ordinal);
        Assert.EndsWith("End of build log ============================\n", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_returned_image_is_in_a_file_alone()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        var file = imaginator.Folder["returned.image"];
        var run = Run(imaginator, "build-image", "base/os", "--image-file", file);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Error, run.Output));
        using var stream = File.OpenRead(file);
        Assert.NotNull(ImageFile.Read(stream).FileSystem!.Index.Find("/etc/build"));
        Assert.Empty(await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new()));
    }

    [Fact]
    public async Task A_failure_has_a_code_and_its_log()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams);
        imaginator.Builder!.Failures["base/os"] = "broken";
        imaginator.Builder.Sources["app/one"] = "base/os";
        var run = Run(imaginator, "build-image", "base/os");
        Assert.Equal((ExitCode.Error, ""), (run.ExitCode, run.Output));
        Assert.Contains("building base/os\n", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("imagesdk: error IMG7360: base/os was not built: error IMG9999: broken\n", run.Error, StringComparison.Ordinal);
        Run(imaginator, "build-image", "nosuch").AssertError("IMG7360");
        Run(imaginator, "build-image", "base/os", "--expires-in", "1m").AssertError("IMG7360");
        Assert.Contains("no source image: base/os", Run(imaginator, "build-image", "app/one", "--no-source-build").Error, StringComparison.Ordinal);
        Run(imaginator, "build-image", "base/os", "--variables-file", imaginator.Folder.Write("bad.json", "[geheim")).AssertError("IMG7361");
        Run(imaginator, "build-image", "base/os", "--variables-file", imaginator.Folder["none.json"]).AssertError("IMG7361");
        CommandRun.Start(new RunSettings(), "build", "--imaginator", "127.0.0.1:1", "build-image", "base/os").AssertError("IMG7141");
    }

    [Fact]
    public async Task Builds_are_switched_off_and_on()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, configure: (options, _) => options.ImageRebuildInterval = TimeSpan.FromHours(1));
        Assert.Equal(0, Run(imaginator, "disable-build-requests", "--disable-for", "1h").ExitCode);
        Assert.Contains("builds disabled until ", Run(imaginator, "build-image", "base/os").Error, StringComparison.Ordinal);
        Assert.Equal(0, Run(imaginator, "enable-build-requests").ExitCode);
        Assert.Equal(0, Run(imaginator, "build-image", "base/os").ExitCode);
        var json = JsonDocument.Parse(Run(imaginator, "--json", "disable-auto-builds", "--disable-for", "2h").Output).RootElement;
        Assert.InRange(json.GetProperty("disabledUntil").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromHours(1.9), TimeSpan.FromHours(2));
        Run(imaginator, "disable-auto-builds", "--disable-for", "5h").AssertError("IMG7142");
        Run(imaginator, "replace-idle-slaves").AssertError("IMG7142");
    }

    [Fact]
    public async Task A_cycle_is_started_and_waited_for()
    {
        await using var imaginator = await TestImaginator.StartAsync(Streams, Main);
        var run = Run(imaginator, "start-auto-builds", "--wait", "--wait-to-start");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(1, imaginator.Builder!.CountOf("base/os"));
        var gate = new TaskCompletionSource();
        imaginator.Builder.Gate = gate.Task;
        Assert.Equal(0, Run(imaginator, "start-auto-builds").ExitCode);
        Run(imaginator, "start-auto-builds").AssertError("IMG7142");
        gate.SetResult();
    }

    [Fact]
    public async Task What_is_built_on_what_is_told_as_the_original_tells_it()
    {
        await using var imaginator = await TestImaginator.StartAsync(configure: (_, folder) =>
        {
            var repository = Repository.Create(folder["repository"]);
            repository.Commit(("app/manifest", """{"SourceImage": "base/os"}"""));
            folder.Write("streams.json", $$"""{"Streams": {"app/one": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "app"} } }""");
        });
        var run = Run(imaginator, "get-dependencies", "--max-age", "2s");
        Assert.StartsWith("{\n    \"FetchLog\": \"", run.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal("base/os", json.GetProperty("StreamToSource").GetProperty("app/one").GetString());
        Assert.Equal("{}", json.GetProperty("UnbuildableSources").GetProperty("base/os").GetRawText());
        const string Graph = "digraph all {\n  \"app/one\" -> \"base/os\"\n  \"base/os\" [fontcolor=red]\n}\n";
        Assert.Equal(Graph, Run(imaginator, "get-digraph").Output);
        Assert.Equal(Graph, Run(imaginator, "get-directed-graph", "--include", "app/one").Output);
        Assert.DoesNotContain("app/one", Run(imaginator, "get-digraph", "--exclude", "app").Output, StringComparison.Ordinal);
        Assert.NotEqual("", Run(imaginator, "get-digraph", "--show-fetch-log").Error);
        Assert.Equal(Graph, JsonDocument.Parse(Run(imaginator, "--json", "get-digraph").Output).RootElement.GetProperty("dot").GetString());
    }

    [GoImaginatorFact]
    public async Task The_original_s_imaginator_is_asked_in_the_same_words()
    {
        await using var imaginator = await GoImaginator.StartAsync(folder =>
        {
            var repository = Repository.Create(folder["repository"]);
            repository.Commit(("app/manifest", """{"SourceImage": "boot/small"}"""), ("app/files/etc/app.conf", "app\n"), ("app/scripts/10env", "#!/bin/sh\necho \"colour $COLOUR\"\nexit ${FAIL:-0}\n"));
            var streams = folder.Write("streams.json", $$"""{"Streams": {"app/small": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "app"} } }""");
            return SmallSystem.Configure(folder) + $", \"ImageStreamsUrl\": \"file://{streams}\", \"ImageStreamsCheckInterval\": 60, \"ImageStreamsToAutoRebuild\": [\"boot/small\"]";
        });
        CommandRun Go(params string[] arguments) => Run(imaginator.Port, ["--certs", imaginator.Certificates, "--server-ca", imaginator.Folder["site/CA.pem"], .. arguments]);
        // It ends a build with variables whose source is missing with the connection.
        var boot = Go("build-image", "boot/small");
        Assert.True(boot.ExitCode == 0, boot.Error);
        var run = Go("build-image", "app/small", "--variable", "COLOUR=blue", "--always-show-log");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches("^app/small/[0-9:-]+\n$", run.Output);
        Assert.Contains("colour blue\n", run.Error, StringComparison.Ordinal);
        var image = (await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(run.Output.Trim()))!;
        Assert.Equal("admin", image.CreatedFor);
        Assert.NotNull(image.FileSystem!.Index.Find("/etc/app.conf"));
        var failed = Go("build-image", "app/small", "--variable", "FAIL=3", "--variable", "COLOUR=red");
        Assert.Contains("colour red\n", failed.Error, StringComparison.Ordinal);
        Assert.Matches("\nimagesdk: error IMG7360: app/small was not built: .*10env", failed.Error);
        Go("build-image", "nosuch").AssertError("IMG7360");
        Assert.Equal((0, ""), (Go("build-image", "app/small", "--image-file", imaginator.Folder["returned.image"]) is var returned ? returned.ExitCode : -1, returned.Error));
        using (var stream = File.OpenRead(imaginator.Folder["returned.image"]))
            Assert.Equal(TreeHash.Compute(image.FileSystem), TreeHash.Compute(ImageFile.Read(stream).FileSystem!));
        Assert.Equal("boot/small", JsonDocument.Parse(Go("get-dependencies", "--max-age", "2s").Output).RootElement.GetProperty("StreamToSource").GetProperty("app/small").GetString());
        Assert.Contains("\"app/small\" -> \"boot/small\"", Go("get-digraph").Output, StringComparison.Ordinal);
        Go("replace-idle-slaves").AssertError("IMG7142");
        Assert.Equal(0, Go("disable-build-requests", "--disable-for", "10m").ExitCode);
        Assert.Contains("builds disabled until ", Go("build-image", "app/small").Error, StringComparison.Ordinal);
        Assert.Equal(0, Go("enable-build-requests").ExitCode);
        Assert.Equal(0, Go("disable-auto-builds").ExitCode);
        Assert.Equal("", Go("start-auto-builds", "--wait").Error);
    }
}
