using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.ArtifactBuilds;

public class IncrementalArtifactTests(SampleImage sample) : IClassFixture<SampleImage>
{
    Task<MadeArtifact> MakeAsync(ArtifactRequest request) => sample.Workspace.MakeAsync(sample.Project, request);

    ArtifactRequest Request(string name, string format = "kernel", params string[] settings) =>
        SampleImage.Request(format, Path.Combine(sample.Workspace.Folder, name), settings);

    [ImageFact]
    public async Task An_artifact_is_made_once_for_what_it_is_made_from()
    {
        var request = Request("once");
        var first = await MakeAsync(request);
        Assert.True(first.Ran);
        Assert.False((await MakeAsync(request)).Ran);
        Assert.True((await MakeAsync(Request("once", "kernel", "KernelCommandLine=quiet"))).Ran);
        Assert.True((await MakeAsync(request)).Ran);
        File.AppendAllText(Path.Combine(first.Path, "kernel"), "altered");
        Assert.True((await MakeAsync(request)).Ran);
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(first.Path, "kernel")));
        Directory.Delete(first.Path, recursive: true);
        Assert.True((await MakeAsync(request)).Ran);
        File.Delete(first.Path + ".json");
        Assert.True((await MakeAsync(request)).Ran);
    }

    [ImageFact]
    public async Task A_build_that_changes_nothing_makes_nothing_and_one_that_does_makes_it_anew()
    {
        using var workspace = new ImageWorkspace();
        await workspace.BuildAndPublishAsync(workspace.BaseProject());
        var project = SampleImage.ProjectIn(workspace);
        var request = SampleImage.Request("kernel", Path.Combine(workspace.Folder, "out"));
        await workspace.BuildAsync(project);
        Assert.True((await workspace.MakeAsync(project, request)).Ran);
        Directory.Delete(workspace.StateOf(project), recursive: true);
        await workspace.BuildAsync(project);
        Assert.False((await workspace.MakeAsync(project, request)).Ran);
        ImageWorkspace.Write(project.ManifestDirectory, "files/srv/written", "something else\n");
        await workspace.BuildAsync(project);
        Assert.True((await workspace.MakeAsync(project, request)).Ran);
    }

    [ArtifactFact("tar")]
    public async Task Extra_trees_are_in_that_artifact_alone_and_part_of_its_key()
    {
        var extra = Path.Combine(sample.Workspace.Folder, "extra tree");
        ImageWorkspace.Write(extra, "etc/extra.conf", "extra\n");
        ImageWorkspace.Write(extra, "srv/written", "by the test\n");
        File.CreateSymbolicLink(Path.Combine(extra, "etc/link"), "extra.conf");
        var with = Request("extra", "tar") with { ExtraTrees = [extra] };
        var made = await MakeAsync(with);
        Assert.Equal("extra\n", HostProgram.Run("tar", "-xOf", made.Path, "./etc/extra.conf"));
        Assert.Equal("by the test\n", HostProgram.Run("tar", "-xOf", made.Path, "./srv/written"));
        Assert.Contains("1234/5678", HostProgram.Run("tar", "--numeric-owner", "-tvf", made.Path, "./opt/hard/one"));
        Assert.False((await MakeAsync(with)).Ran);
        ImageWorkspace.Write(extra, "etc/extra.conf", "more\n");
        Assert.True((await MakeAsync(with)).Ran);
        var without = await MakeAsync(Request("extra", "tar"));
        Assert.True(without.Ran);
        Assert.DoesNotContain("./etc/extra.conf", HostProgram.Run("tar", "-tf", without.Path));
    }

    [ArtifactFact("mksquashfs")]
    public async Task A_cancelled_artifact_leaves_nothing_and_the_one_before_in_its_place()
    {
        var request = Request("cancelled", "squashfs", "CompressionLevel=22");
        var folder = request.OutputDirectory;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "out.squashfs"), "the one before");
        using var cancellation = new CancellationTokenSource();
        using var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet);
        var making = new ImageBuild(sample.Workspace.StateOf(sample.Project), new RecordingListener()).MakeArtifactsAsync([request], false, workers, cancellation.Token);
        await Wait.UntilAsync(() => File.Exists(Path.Combine(folder, ".out.squashfs~")) || making.IsCompleted);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<Exception>(() => making);
        Assert.Equal(["out.squashfs"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName));
        Assert.Equal("the one before", File.ReadAllText(Path.Combine(folder, "out.squashfs")));
    }

    [ImageFact]
    public async Task What_a_killed_worker_left_is_removed()
    {
        var request = Request("killed");
        Directory.CreateDirectory(Path.Combine(request.OutputDirectory, ".out.kernel~"));
        File.WriteAllText(Path.Combine(request.OutputDirectory, ".out.kernel~/kernel"), "half");
        var made = await MakeAsync(request);
        Assert.Equal(["out.kernel", "out.kernel.json"], Directory.EnumerateFileSystemEntries(request.OutputDirectory).Select(Path.GetFileName).Order());
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(made.Path, "kernel")));
    }

    [ImageFact]
    public async Task Mistakes_are_told_before_anything_is_made_with_their_place()
    {
        var build = new ImageBuild(sample.Workspace.StateOf(sample.Project), new RecordingListener());
        var request = Request("mistakes", "floppy") with { File = "/p/x.imgproj", Line = 7 };
        var exception = Assert.Throws<BuildException>(() => build.PrepareArtifacts([request], sample.Workspace.Workers));
        Assert.Equal(("IMG6001", "/p/x.imgproj", 7), (exception.Diagnostic.Code, exception.Diagnostic.File, exception.Diagnostic.Line));
        Assert.Equal("IMG6002", Assert.Throws<BuildException>(() => build.PrepareArtifacts([Request("mistakes", "squashfs", "Compression=lzma")], sample.Workspace.Workers)).Diagnostic.Code);
        Assert.Equal("IMG6002", Assert.Throws<BuildException>(() => build.PrepareArtifacts([Request("mistakes", "squashfs", "Compression=xz", "CompressionLevel=3")], sample.Workspace.Workers)).Diagnostic.Code);
        Assert.Equal("IMG6008", Assert.Throws<BuildException>(() => build.PrepareArtifacts([Request("mistakes", "tar"), Request("mistakes", "tar")], sample.Workspace.Workers)).Diagnostic.Code);
        Assert.Equal(2, build.PrepareArtifacts([Request("mistakes", "tar"), Request("mistakes", "tar", "OutputName=second.tar")], sample.Workspace.Workers).Count);
        using var workspace = new ImageWorkspace();
        var unbuilt = workspace.Project("test/unbuilt", workspace.NewManifest("unbuilt"));
        ImageWorkspace.Write(unbuilt.ManifestDirectory, "manifest", """{"SourceImage": "boot/debian12"}""");
        new ImageBuild(workspace.StateOf(unbuilt), new RecordingListener()).Prepare(unbuilt);
        Assert.Equal("IMG6006", (await Assert.ThrowsAsync<BuildException>(() => workspace.MakeAsync(unbuilt, request with { Format = "tar" }))).Diagnostic.Code);
    }

    [ImageFact]
    public async Task An_image_without_a_kernel_is_told()
    {
        using var workspace = new ImageWorkspace();
        var project = workspace.BaseProject();
        await workspace.BuildAsync(project);
        var exception = await Assert.ThrowsAsync<BuildException>(() => workspace.MakeAsync(project, SampleImage.Request("kernel", Path.Combine(workspace.Folder, "out"))));
        Assert.Equal("IMG6007", exception.Diagnostic.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(workspace.Folder, "out")));
    }
}
