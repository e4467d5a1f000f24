using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Stages;

public class IncrementalBuildTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageFact]
    public async Task A_second_build_runs_no_stage_and_keeps_the_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\necho one > /etc/one\n");
        ImageWorkspace.Write(directory, "tests/one", "#!/bin/sh\ntest -e /etc/one\n");
        await @base.Workspace.BuildAsync(project);
        var record = File.ReadAllBytes(project.ImageFile);
        var second = await @base.Workspace.BuildAsync(project);
        Assert.Empty(second.Ran);
        Assert.Equal(record, File.ReadAllBytes(project.ImageFile));
    }

    /// <summary>The cache drops what was not used for long: a layer without content is used by every build that has its log.</summary>
    [ImageFact]
    public async Task A_stage_that_runs_alone_uses_all_layers_below_it_with_those_that_are_empty()
    {
        // The clean-up of an image on one that is clean changes nothing. Layers of this test alone: others would use the same ones.
        var (below, belowDirectory) = @base.New();
        ImageWorkspace.Write(belowDirectory, "files/etc/own", belowDirectory);
        await @base.Workspace.BuildAsync(below);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        ImageWorkspace.Write(directory, "files/etc/own", directory);
        ImageWorkspace.Write(directory, "post-cleanup-scripts/one", "#!/bin/sh\necho one > /etc/one\n");
        await @base.Workspace.BuildAsync(project, [below.ImageFile]);
        var layers = new LayerStore(project.CacheDirectory, Posix.Processes.UserId);
        var state = JsonFile.TryRead(new StateDirectory(@base.Workspace.StateOf(project)).StageFile(ImageStage.CleanPackages), StateJson.Default.StageState)!;
        var empty = CacheKey.IdOf(state.Key);
        Assert.True(layers.IsEmpty(empty));
        var longAgo = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(layers.UsedFile(empty), longAgo);

        ImageWorkspace.Write(directory, "post-cleanup-scripts/one", "#!/bin/sh\necho two > /etc/one\n");
        var build = new ImageBuild(@base.Workspace.StateOf(project), new RecordingListener());
        build.DigestInputs(ImageStage.RunPostCleanupScripts);
        Assert.True((await build.RunStageAsync(ImageStage.RunPostCleanupScripts, @base.Workspace.Workers, default)).Ran);

        Assert.True(layers.LastUsed(empty).UtcDateTime > longAgo);
    }

    [ImageFact]
    public async Task A_change_in_post_scripts_files_runs_only_what_comes_from_there()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\necho one > /etc/one\n");
        ImageWorkspace.Write(directory, "post-scripts-files/etc/b", "b");
        await @base.Workspace.BuildAsync(project);
        ImageWorkspace.Write(directory, "post-scripts-files/etc/b", "changed");
        var second = await @base.Workspace.BuildAsync(project);
        // Clean-up comes after the files of this stage in the chain of layers.
        Assert.Equal([ImageStage.CopyPostScriptsFiles, ImageStage.CleanPackages, ImageStage.ScanImage], second.Ran);
        Assert.Equal(ObjectHash.Of("changed"u8), Assert.IsType<RegularInode>(second.Find("/etc/b")).Hash);
    }

    [ImageFact]
    public async Task A_file_deleted_from_files_is_no_longer_in_the_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        ImageWorkspace.Write(directory, "files/etc/b", "b");
        Assert.NotNull((await @base.Workspace.BuildAsync(project)).Find("/etc/b"));
        File.Delete(Path.Combine(directory, "files/etc/b"));
        var second = await @base.Workspace.BuildAsync(project);
        Assert.Null(second.Find("/etc/b"));
        Assert.NotNull(second.Find("/etc/a"));
    }

    [ImageTheory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("rename")]
    [InlineData("variable")]
    [InlineData("link")]
    public async Task Every_kind_of_change_reaches_the_image(string kind)
    {
        var (project, directory) = @base.New($"kind-{kind}");
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\necho \"$COLOUR\" > /etc/colour\n");
        File.CreateSymbolicLink(Path.Combine(directory, "files/etc/link"), "a");
        project = project with { Variables = [new("COLOUR", "blue")] };
        var before = TreeHash.Compute((await @base.Workspace.BuildAsync(project)).Tree);
        switch (kind)
        {
            case "content":
                File.WriteAllText(Path.Combine(directory, "files/etc/a"), "b");
                break;
            case "mode":
                File.SetUnixFileMode(Path.Combine(directory, "files/etc/a"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
                break;
            case "rename":
                File.Move(Path.Combine(directory, "files/etc/a"), Path.Combine(directory, "files/etc/A"));
                break;
            case "variable":
                project = project with { Variables = [new("COLOUR", "red")] };
                break;
            case "link":
                File.Delete(Path.Combine(directory, "files/etc/link"));
                File.CreateSymbolicLink(Path.Combine(directory, "files/etc/link"), "b");
                break;
        }
        Assert.NotEqual(before, TreeHash.Compute((await @base.Workspace.BuildAsync(project)).Tree));
    }

    [ImageFact]
    public async Task A_touched_file_runs_nothing()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        await @base.Workspace.BuildAsync(project);
        File.SetLastWriteTimeUtc(Path.Combine(directory, "files/etc/a"), DateTime.UtcNow.AddHours(1));
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
    }

    [ImageFact]
    public async Task Publishing_twice_adds_one_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        await @base.Workspace.BuildAsync(project);
        var first = await @base.Workspace.PublishAsync(project);
        Assert.Equal(first, await @base.Workspace.PublishAsync(project));
        await @base.Workspace.BuildAsync(project);
        Assert.Equal(first, await @base.Workspace.PublishAsync(project));
        Assert.Single(@base.Workspace.Open().Images.List(project.Stream));
    }

    [ImageFact]
    public async Task An_image_that_was_deleted_is_published_again_under_another_name()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", "a");
        await @base.Workspace.BuildAsync(project);
        var first = await @base.Workspace.PublishAsync(project);
        @base.Workspace.Open().Images.Delete(first);
        var second = await @base.Workspace.PublishAsync(project);
        Assert.NotEqual(first, second);
        Assert.Equal([second], @base.Workspace.Open().Images.List(project.Stream));
    }

    [ImageFact]
    public async Task Two_builds_at_once_make_the_same_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\nsleep 1\ncat /proc/sys/kernel/random/uuid > /etc/uuid\n");
        using var other = new ImageWorkspace { Store = @base.Workspace.Store };
        var results = await Task.WhenAll(@base.Workspace.BuildAsync(project), other.BuildAsync(project with { ImageFile = project.ImageFile + "2" }));
        // The script makes something else each time: equal trees show that one layer served both.
        Assert.Equal(TreeHash.Compute(results[0].Tree), TreeHash.Compute(results[1].Tree));
    }

    [ImageFact]
    public async Task A_project_stands_on_the_layers_of_a_referenced_one()
    {
        var (lower, lowerDirectory) = @base.New();
        ImageWorkspace.Write(lowerDirectory, "files/etc/lower", "lower");
        await @base.Workspace.BuildAsync(lower);
        var upperDirectory = @base.Workspace.NewManifest("on-reference");
        ImageWorkspace.Write(upperDirectory, "scripts/remove", "#!/bin/sh\nrm /etc/lower\necho upper > /etc/upper\n");
        var upper = @base.Workspace.Project("test/on-reference", upperDirectory);
        var result = await @base.Workspace.BuildAsync(upper, [lower.ImageFile]);
        Assert.DoesNotContain(ImageStage.UnpackSourceImage, result.Ran);
        Assert.Null(result.Find("/etc/lower"));
        Assert.NotNull(result.Find("/etc/upper"));
        Assert.StartsWith(lower.Stream + "/", result.Image.SourceImage);
    }

    [ImageFact]
    public async Task Times_of_unchanged_files_are_kept_from_the_streams_previous_image()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\necho same > /etc/same\n");
        var first = await @base.Workspace.BuildAndPublishAsync(project);
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\nsleep 1.1; echo same > /etc/same; echo more > /etc/more\n");
        var second = await @base.Workspace.BuildAsync(project);
        Assert.Equal(((RegularInode)first.Find("/etc/same")!).Mtime, ((RegularInode)second.Find("/etc/same")!).Mtime);
        var filtered = await @base.Workspace.BuildAsync(project with { MtimesCopyFilterLines = ["/etc/same"] });
        Assert.NotEqual(((RegularInode)first.Find("/etc/same")!).Mtime, ((RegularInode)filtered.Find("/etc/same")!).Mtime);
    }
}
