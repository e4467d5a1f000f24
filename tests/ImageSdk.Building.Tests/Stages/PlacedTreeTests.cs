using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Trees that go to a directory of the image.</summary>
public class PlacedTreeTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageFact]
    public async Task A_tree_goes_below_its_target_in_each_stage_and_use()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "trees/one/sub/file", "copied\n");
        ImageWorkspace.Write(directory, "trees/two/sub/file", "appended\n");
        ImageWorkspace.Write(directory, "trees/three/machine", "{{.ARCH}}\n");
        ImageWorkspace.Write(directory, "files/usr/share/real/old", "old\n");
        Directory.CreateDirectory(Path.Combine(directory, "files/opt"));
        File.CreateSymbolicLink(Path.Combine(directory, "files/opt/link"), "/usr/share/real");
        project = project with
        {
            Trees =
            [
                new(Path.Combine(directory, "trees/one"), ImageStage.CopyFiles) { TargetPath = "/srv/a b ü/" },
                new(Path.Combine(directory, "trees/two"), ImageStage.CopyPostInstallFiles, ProjectTreeUse.Append) { TargetPath = "/srv/a b ü" },
                new(Path.Combine(directory, "trees/three"), ImageStage.CopyPostScriptsFiles, ProjectTreeUse.Template) { TargetPath = "/srv/a b ü/sub" },
                new(Path.Combine(directory, "trees/one"), ImageStage.CopyPostScriptsFiles) { TargetPath = "/opt/link" },
            ],
        };
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("copied\nappended\n", @base.Workspace.ReadFile(project, "/srv/a b ü/sub/file"));
        Assert.Equal("amd64\n", @base.Workspace.ReadFile(project, "/srv/a b ü/sub/machine"));
        Assert.Equal("copied\n", @base.Workspace.ReadFile(project, "/usr/share/real/sub/file"));
    }

    [ImageFact]
    public async Task What_clean_up_takes_of_a_placed_tree_comes_back()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "package-list", "libcap2-bin\n");
        ImageWorkspace.Write(directory, "tree/x.deb", "kept\n");
        ImageWorkspace.Write(directory, "identity/machine-id", "0123456789abcdef0123456789abcdef\n");
        project = project with
        {
            ExcludedPaths = [],
            Trees =
            [
                new(Path.Combine(directory, "tree"), ImageStage.CopyPostScriptsFiles) { TargetPath = "/var/cache/apt/archives" },
                new(Path.Combine(directory, "identity"), ImageStage.CopyFiles) { TargetPath = "/etc" },
            ],
        };
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("kept\n", @base.Workspace.ReadFile(project, "/var/cache/apt/archives/x.deb"));
        Assert.Equal("0123456789abcdef0123456789abcdef\n", @base.Workspace.ReadFile(project, "/etc/machine-id"));
    }

    [Theory]
    [InlineData("opt/x")]
    [InlineData("/opt/../etc")]
    [InlineData("/./opt")]
    public void A_target_that_is_no_absolute_path_is_an_error(string target)
    {
        var (project, directory) = @base.New();
        project = project with { Trees = [new(directory, ImageStage.CopyFiles) { TargetPath = target }] };
        var error = Assert.Throws<BuildException>(() => new ImageBuild(Path.Combine(directory, "state"), new RecordingListener()).Prepare(project));
        Assert.Equal("IMG1004", error.Diagnostic.Code);
        Assert.Contains(target, error.Message);
    }
}
