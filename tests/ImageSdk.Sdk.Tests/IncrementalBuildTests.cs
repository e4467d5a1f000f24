using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

public sealed class IncrementalBuildTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Stages_run_in_the_order_of_the_manifest_with_one_worker()
    {
        folder.Project("hello");
        folder.Build().Succeeded();

        Assert.Equal(Stages.Run, folder.StagesRun());
        Assert.Equal("Prepare", folder.Log()[0]);
        Assert.StartsWith("ResolveSource mayBuild=True", folder.Log()[1], StringComparison.Ordinal);
        var worker = Assert.Single(folder.Log().Where(line => line.StartsWith("Run ", StringComparison.Ordinal)).Select(line => line.Split(' ', 3)[2]).Distinct());
        Assert.EndsWith("ImageSdk.Worker.dll dotnet", worker, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_without_changes_runs_nothing_and_passes_question_mode()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        folder.ForgetLog();

        var second = folder.Build().Succeeded();
        var third = folder.Build("-question").Succeeded();

        Assert.Empty(folder.StagesRun());
        Assert.Contains($"hello -> {folder["bin/Debug/hello.image"]}", second.Lines);
        Assert.Contains($"hello -> {folder["bin/Debug/hello.image"]}", third.Lines);
    }

    [Fact]
    public void A_build_that_did_something_says_what_took_how_long()
    {
        folder.Project("hello");
        var first = folder.Build("-p:ImageBuildTimeline=true").Succeeded();
        var second = folder.Build().Succeeded();
        folder.Write("RunScripts/a", "changed");
        var quiet = folder.Build("-p:ImageBuildReport=false").Succeeded();

        Assert.Contains(first.Lines, line => line.TrimStart().StartsWith($"hello: {Stages.Run.Count} of {Stages.Run.Count} stages run", StringComparison.Ordinal));
        Assert.Matches(@"(?m)^ *RunScripts +run +\d+\.\d\d s +2 KiB +3 names", string.Join('\n', first.Lines));
        Assert.Contains("running RunScripts", File.ReadAllText(folder["obj/Debug/image/timeline.html"]));
        Assert.DoesNotContain(second.Lines.Concat(quiet.Lines), line => line.Contains("stages run", StringComparison.Ordinal));
    }

    [Fact]
    public void Question_mode_notices_that_a_stage_would_run()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        folder.Write("RunScripts/a", "changed");

        Assert.NotEqual(0, folder.Build("-question").ExitCode);
    }

    [Fact]
    public void A_changed_input_runs_its_stage_and_those_after_it()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        foreach (var stage in Stages.Run)
        {
            folder.Write($"{stage}/input", "new");
            folder.ForgetLog();
            folder.Build("--no-restore").Succeeded();
            Assert.Equal(Stages.Run.SkipWhile(name => name != stage), folder.StagesRun());
        }
    }

    [Fact]
    public void A_deleted_input_is_a_change()
    {
        var input = folder.Write("RunScripts/input", "old");
        folder.Project("hello");
        folder.Build().Succeeded();
        folder.ForgetLog();

        File.Delete(input);
        folder.Build().Succeeded();

        Assert.Equal("RunScripts", folder.StagesRun()[0]);
    }

    [Fact]
    public void A_hook_can_make_what_its_stage_reads()
    {
        folder.Project("hello", """
              <Target Name="BeforeRunScripts">
                <WriteLinesToFile File="RunScripts/generated" Lines="$(Generated)" Overwrite="true" WriteOnlyWhenDifferent="true" />
              </Target>
            """);
        folder.Build("-p:Generated=1").Succeeded();
        folder.ForgetLog();

        folder.Build("-p:Generated=1").Succeeded();
        Assert.Empty(folder.StagesRun());

        folder.Build("-p:Generated=2").Succeeded();
        Assert.Equal("RunScripts", folder.StagesRun()[0]);
    }

    [Fact]
    public void A_deleted_image_is_made_again()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        folder.ForgetLog();

        File.Delete(folder["bin/Debug/hello.image"]);
        folder.Build().Succeeded();

        Assert.Equal(["TestImage"], folder.StagesRun());
    }

    [Fact]
    public void A_stage_that_failed_runs_again()
    {
        folder.Project("hello");
        folder.Build("-p:ImageVariables=FAKE_FAIL=RunScripts").FailedWith("IMG3999");
        Assert.Equal("RunScripts", folder.StagesRun()[^1]);
        folder.ForgetLog();

        folder.Build().Succeeded();

        Assert.Equal(Stages.Run.SkipWhile(name => name != "RunScripts"), folder.StagesRun());
    }

    [Fact]
    public void One_stage_can_be_built_with_those_before_it()
    {
        folder.Project("hello");
        folder.Build("-t:RunScripts").Succeeded();

        Assert.Equal("RunScripts", folder.StagesRun()[^1]);
    }

    [Fact]
    public void Clean_removes_what_the_build_wrote_and_nothing_else()
    {
        folder.Project("hello");
        folder.Run("publish", "-tl:off").Succeeded();
        folder.Write("cache/layer", "shared");
        folder.Build().Succeeded();

        folder.Run("clean", "-tl:off").Succeeded();

        Assert.Empty(Directory.GetFiles(folder["bin"], "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(folder.State("")));
        Assert.True(File.Exists(folder["cache/layer"]));
        Assert.True(File.Exists(folder["store/images/hello"]));

        folder.Build().Succeeded();
        Assert.Equal(Stages.Run, folder.StagesRun());
    }

    [Fact]
    public void Clean_removes_the_image_that_a_failed_build_left()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        folder.Build("-p:ImageVariables=FAKE_FAIL=TestImage").FailedWith("IMG3999");
        Assert.True(File.Exists(folder["bin/Debug/hello.image"]));

        folder.Run("clean", "-tl:off").Succeeded();

        Assert.False(File.Exists(folder["bin/Debug/hello.image"]));
    }

    [Fact]
    public void Rebuild_runs_every_stage()
    {
        folder.Project("hello");
        folder.Build().Succeeded();

        folder.Build("-t:Rebuild").Succeeded();

        Assert.Equal(Stages.Run, folder.StagesRun());
    }
}
