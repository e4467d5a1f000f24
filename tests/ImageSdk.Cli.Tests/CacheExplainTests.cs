using ImageSdk.Building;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Cli.Errors;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Tests;

public class CacheExplainTests
{
    /// <summary>A project whose inputs were digested, as a build does before its first stage, and a cache with an older layer.</summary>
    static (string Folder, string Layer) Prepare(TemporaryDirectory temporary, string script)
    {
        var folder = temporary["project"];
        Directory.CreateDirectory(Path.Combine(folder, "scripts"));
        File.WriteAllText(Path.Combine(folder, "scripts/10-users"), script);
        File.WriteAllText(Path.Combine(folder, "manifest"), """{"SourceImage": "base"}""");
        var state = Path.Combine(folder, "obj/Debug/image");
        var build = new ImageBuild(state, new Silent());
        build.Prepare(new ImageProject
        {
            ProjectFile = Path.Combine(folder, "a.imgproj"), ManifestDirectory = folder, Stream = "a", Architecture = "amd64",
            CacheDirectory = temporary["cache"], ImageFile = temporary["a.image"],
            Store = new StoreSettings(temporary["images"], temporary["objects"]),
        });
        build.DigestInputs(ImageStage.RunScripts);
        return (folder, Path.Combine(temporary["cache"], $"uid-{Processes.UserId}", "layers/old"));
    }

    static CommandRun Run(params string[] arguments) => CommandRun.Start(new RunSettings(), ["cache", "explain", .. arguments]);

    [Fact]
    public void A_changed_script_is_named_with_both_digests()
    {
        using var temporary = new TemporaryDirectory();
        var (folder, layer) = Prepare(temporary, "#!/bin/sh\necho one\n");
        var inputs = Path.Combine(folder, "obj/Debug/image/RunScripts.inputs");
        Assert.Equal("RunScripts will run: there is no earlier layer of it\n", Run(folder, "RunScripts").Output);
        Directory.CreateDirectory(layer);
        File.Copy(inputs, Path.Combine(layer, "inputs"));
        File.WriteAllText(Path.Combine(layer, "index"), "");
        Prepare(temporary, "#!/bin/sh\necho two\n");
        var run = Run(folder, "runscripts");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("RunScripts will run: what it reads differs from the most similar layer, old", run.Lines[0]);
        Assert.Equal(2, run.Lines.Length);
        Assert.Matches("^  `scripts/10-users` changed: [0-9a-f]{12}… → [0-9a-f]{12}…$", run.Lines[1]);
        // The folder of state says the same, and so does JSON.
        Assert.Equal(run.Output, Run(Path.Combine(folder, "obj/Debug/image"), "RunScripts").Output);
        var json = System.Text.Json.JsonDocument.Parse(Run(folder, "RunScripts", "--json").OutputBytes).RootElement[0];
        Assert.Equal(("willRun", "inputs", "old"),
            (json.GetProperty("status").GetString(), json.GetProperty("reason").GetString(), json.GetProperty("previousLayer").GetString()));
        Assert.Equal(64, json.GetProperty("changes")[0].GetProperty("after").GetString()!.Length);
    }

    [Fact]
    public void A_folder_without_a_build_is_an_error()
    {
        using var temporary = new TemporaryDirectory();
        Run(temporary.FullName).AssertError("IMG7122");
        Run(temporary["none"]).AssertError("IMG7122");
    }

    sealed class Silent : IBuildListener
    {
        public void Report(Diagnostic diagnostic) => Assert.Fail(diagnostic.Message);

        public void Progress(string message)
        {
            // Nothing runs.
        }

        public void Output(string line) => Assert.Fail(line);
    }
}
