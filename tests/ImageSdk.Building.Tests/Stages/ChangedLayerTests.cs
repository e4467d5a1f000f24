using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

public sealed class ChangedLayerTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageTheory]
    [InlineData("content")]
    [InlineData("new file")]
    public async Task A_layer_that_somebody_changed_is_noticed_dropped_and_made_again(string change)
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/file", directory + change);
        await @base.Workspace.BuildAsync(project);
        // The worker has looked at the layer.
        await @base.Workspace.Workers.ReleaseAsync();
        var state = JsonFile.TryRead(new StateDirectory(@base.Workspace.StateOf(project)).StageFile(ImageStage.CopyFiles), StateJson.Default.StageState)!;
        var store = new LayerStore(project.CacheDirectory, Processes.UserId);
        var tree = Path.Combine(store.LayerDirectory(state.Layers[^1]), "t", "opt");
        File.WriteAllText(Path.Combine(tree, change == "content" ? "file" : "planted"), "planted");

        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\ncp /opt/file /opt/copy\n[ ! -e /opt/planted ]\n");
        var failure = await @base.Workspace.FailAsync(project);
        Assert.Equal("IMG3173", failure.Diagnostic.Code);
        Assert.Contains("/opt", failure.Message, StringComparison.Ordinal);
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Contains(ImageStage.CopyFiles, result.Ran);
        Assert.Equal(ObjectHash.Of(System.Text.Encoding.UTF8.GetBytes(directory + change)), ((RegularInode)result.Find("/opt/copy")!).Hash);
    }

    [ImageFact]
    public async Task A_cache_that_was_copied_is_as_good_as_before()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/file", directory);
        await @base.Workspace.BuildAsync(project);
        await @base.Workspace.Workers.ReleaseAsync();
        var state = JsonFile.TryRead(new StateDirectory(@base.Workspace.StateOf(project)).StageFile(ImageStage.CopyFiles), StateJson.Default.StageState)!;
        var store = new LayerStore(project.CacheDirectory, Processes.UserId);
        var (layer, copy) = (store.LayerDirectory(state.Layers[^1]), Path.Combine(@base.Workspace.Folder, "copy"));
        using (var copying = System.Diagnostics.Process.Start("cp", ["-a", layer, copy]))
            await copying.WaitForExitAsync();
        Directory.Delete(layer, recursive: true);
        Directory.Move(copy, layer);
        Assert.False(LayerSeal.Holds(layer));
        ImageWorkspace.Write(directory, "scripts/look", "#!/bin/sh\n[ -e /opt/file ]\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.DoesNotContain(ImageStage.CopyFiles, result.Ran);
        Assert.Empty(result.Listener.Warnings);
        Assert.True(LayerSeal.Holds(layer));
    }
}
