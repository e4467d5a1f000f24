using ImageSdk.Contracts.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Stages;

public class TemplatedTreeTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageFact]
    public async Task Each_stages_trees_are_copied_appended_and_carried_out_in_this_order()
    {
        var (project, directory) = @base.New();
        project = project with { Variables = [new("COLOUR", "blue ü")] };
        foreach (var tree in new[] { "files", "post-install-files", "post-scripts-files" })
        {
            ImageWorkspace.Write(directory, $"{tree}/opt/{tree}/text", "copied\n");
            ImageWorkspace.Write(directory, $"{tree}.append/opt/{tree}/text", "appended\n");
            ImageWorkspace.Write(directory, $"{tree}.append/opt/{tree}/new", "appended\n");
            ImageWorkspace.Write(directory, $"{tree}.templated/opt/{tree}/a b ü", "{{.COLOUR}} {{.IMAGE_STREAM_0}}\n");
            ImageWorkspace.Write(directory, $"{tree}.templated/opt/{tree}/run", "#!/bin/sh\necho {{printf \"%q\" .ARCH}}\n");
            File.CreateSymbolicLink(Path.Combine(directory, $"{tree}.templated/opt/{tree}/link"), "{{.COLOUR}}");
        }
        await @base.Workspace.BuildAndPublishAsync(project);
        foreach (var tree in new[] { "files", "post-install-files", "post-scripts-files" })
        {
            Assert.Equal("copied\nappended\n", @base.Workspace.ReadFile(project, $"/opt/{tree}/text"));
            Assert.Equal("appended\n", @base.Workspace.ReadFile(project, $"/opt/{tree}/new"));
            Assert.Equal("blue ü test\n", @base.Workspace.ReadFile(project, $"/opt/{tree}/a b ü"));
            Assert.Equal("#!/bin/sh\necho \"amd64\"\n", @base.Workspace.ReadFile(project, $"/opt/{tree}/run"));
        }
    }

    [ImageFact]
    public async Task What_clean_up_takes_comes_back_and_what_it_leaves_is_appended_once()
    {
        var (project, directory) = @base.New();
        // apt-get clean takes what lies here.
        const string taken = "var/cache/apt/archives/x.deb";
        project = project with { ExcludedPaths = [] };
        ImageWorkspace.Write(directory, "package-list", "libcap2-bin\n");
        ImageWorkspace.Write(directory, $"post-scripts-files/{taken}", "copied\n");
        ImageWorkspace.Write(directory, $"post-scripts-files.append/{taken}", "appended\n");
        ImageWorkspace.Write(directory, "post-scripts-files/etc/kept", "copied\n");
        ImageWorkspace.Write(directory, "post-scripts-files.append/etc/kept", "appended\n");
        ImageWorkspace.Write(directory, "post-scripts-files.templated/var/cache/apt/archives/y.deb", "{{.ARCH}}\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("copied\nappended\n", @base.Workspace.ReadFile(project, "/" + taken));
        Assert.Equal("copied\nappended\n", @base.Workspace.ReadFile(project, "/etc/kept"));
        Assert.Equal("amd64\n", @base.Workspace.ReadFile(project, "/var/cache/apt/archives/y.deb"));
    }

    [ImageFact]
    public async Task A_file_that_comes_to_the_same_is_left_alone_and_its_mode_is_the_templates()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/opt/same", "amd64\n");
        ImageWorkspace.Write(directory, "post-install-files.templated/opt/same", "{{.ARCH}}\n", executable: true);
        ImageWorkspace.Write(directory, "post-install-files.templated/opt/program", "{{.ARCH}}\n", executable: true);
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(0x81A4u, Assert.IsType<RegularInode>(result.Find("/opt/same")).Mode);
        Assert.Equal(0x81EDu, Assert.IsType<RegularInode>(result.Find("/opt/program")).Mode);
    }

    [ImageFact]
    public async Task A_variable_runs_only_the_stages_that_show_it()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files.templated/opt/plain", "{{.ARCH}}\n");
        ImageWorkspace.Write(directory, "post-install-files.templated/opt/shows", "{{.COLOUR}}\n");
        await @base.Workspace.BuildAsync(project with { Variables = [new("COLOUR", "blue")] });
        var again = await @base.Workspace.BuildAsync(project with { Variables = [new("COLOUR", $"{Guid.NewGuid()}")] });
        Assert.DoesNotContain(ImageStage.CopyFiles, again.Ran);
        Assert.Contains(ImageStage.CopyPostInstallFiles, again.Ran);
    }
}
