using ImageSdk.Building.Caching;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Layers;

public class StageExplainerTests(BaseImage @base) : IClassFixture<BaseImage>
{
    static string Explain(StageExplainer explainer, ImageStage stage)
    {
        var found = explainer.Explain(stage);
        return $"{found.Status} {found.Reason} {found.ChangedStage} {string.Join("; ", found.Changes.Select(change => change.Subject))}".Trim();
    }

    [ImageFact]
    public async Task Each_stage_is_explained_by_what_changed_for_it()
    {
        var (project, directory) = @base.New();
        var state = @base.Workspace.StateOf(project);
        ImageWorkspace.Write(directory, "files/etc/a", Guid.NewGuid().ToString());
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\necho one > /etc/one\n");
        ImageWorkspace.Write(directory, "post-scripts-files/etc/b", "b");
        await @base.Workspace.BuildAsync(project);
        ImageWorkspace.Write(directory, "scripts/one", "#!/bin/sh\necho two > /etc/one\n");
        await @base.Workspace.BuildAsync(project);
        var explainer = new StageExplainer(state);
        Assert.Equal("Done Inputs  `scripts/one`", Explain(explainer, ImageStage.RunScripts));
        Assert.Equal("Done Below RunScripts", Explain(explainer, ImageStage.CopyPostScriptsFiles));
        Assert.Equal("Idle First", Explain(explainer, ImageStage.InstallPackages));
        // A change in the lowest stage explains all above it, also what was explained by itself before.
        ImageWorkspace.Write(directory, "files/etc/a", Guid.NewGuid().ToString());
        await @base.Workspace.BuildAsync(project);
        explainer = new StageExplainer(state);
        Assert.Equal("Done Inputs  `files/etc/a`", Explain(explainer, ImageStage.CopyFiles));
        Assert.Equal("Done Below CopyFiles", Explain(explainer, ImageStage.RunScripts));
        Assert.Equal("Done Below CopyFiles", Explain(explainer, ImageStage.ScanImage));
        // What is only digested so far is going to run.
        ImageWorkspace.Write(directory, "scripts/two", "#!/bin/sh\nexit 1\n");
        await @base.Workspace.FailAsync(project);
        explainer = new StageExplainer(state);
        Assert.Equal("Done Inputs  `files/etc/a`", Explain(explainer, ImageStage.CopyFiles));
        Assert.Equal("WillRun Inputs  `scripts/two`", Explain(explainer, ImageStage.RunScripts));
        Assert.Equal("WillRun Below RunScripts", Explain(explainer, ImageStage.CopyPostScriptsFiles));
    }

    [ImageFact]
    public async Task A_removed_layer_is_made_anew_and_its_removal_explained()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/a", Guid.NewGuid().ToString());
        await @base.Workspace.BuildAsync(project);
        var layer = new StageExplainer(@base.Workspace.StateOf(project)).Explain(ImageStage.CopyFiles).Layer!;
        var store = new LayerStore(project.CacheDirectory, Posix.Processes.UserId);
        File.Delete(store.IndexFile(layer));
        Assert.Equal("WillRun Lost", Explain(new(@base.Workspace.StateOf(project)), ImageStage.CopyFiles));
        Assert.Contains(ImageStage.CopyFiles, (await @base.Workspace.BuildAsync(project)).Ran);
    }

    [ImageFact]
    public async Task A_running_build_keeps_its_layers_from_being_removed()
    {
        await @base.Workspace.BuildAsync(@base.New().Project);
        var exception = await Assert.ThrowsAsync<BuildException>(() => new LayerCache(@base.Workspace.CacheDirectory).CollectAsync(
            new CacheLimits(0, null), @base.Workspace.Workers, new RecordingListener(), CancellationToken.None));
        Assert.Equal("IMG7121", exception.Diagnostic.Code);
    }

    [Fact]
    public void A_folder_without_a_build_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("imagesdk-state-").FullName;
        Assert.Null(StageExplainer.FindState(folder));
        Assert.Equal("IMG7122", Assert.Throws<BuildException>(() => new StageExplainer(folder)).Diagnostic.Code);
        Directory.Delete(folder);
    }
}
