using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Sandbox.Kernel;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>Programs that have a stand-in while commands run: commands may replace, move and remove them, and no stand-in is left.</summary>
public class CoveredProgramTests(BaseImage @base) : IClassFixture<BaseImage>
{
    async Task<(ImageProject Project, string Directory, BuildResult Below)> NewAsync(string name)
    {
        var (below, _) = @base.New("with-programs");
        below = below with { Packages = ["procps", "systemd"] };
        var lower = await @base.Workspace.BuildAndPublishAsync(below);
        var (project, directory) = @base.New(name);
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        return (project, directory, lower);
    }

    static void AssertNoTrace(BuildResult result) =>
        Assert.DoesNotContain(result.Tree.Walk(), entry => entry.Path.ToString().Contains("imagesdk", StringComparison.Ordinal));

    static ObjectHash HashOf(BuildResult result, string path) => Assert.IsType<RegularInode>(result.Find(path)).Hash;

    [ImageFact]
    public async Task A_script_installs_their_packages_again()
    {
        var (project, directory, below) = await NewAsync("again");
        ImageWorkspace.Write(directory, "scripts/again",
            """
            #!/bin/sh
            set -e
            apt-get -q update
            apt-get -q -y install --reinstall procps systemd coreutils
            systemctl daemon-reload
            """);
        ImageWorkspace.Write(directory, "scripts/next", "#!/bin/sh\nset -e\nsysctl -w vm.swappiness=77\nsystemctl enable --now systemd-networkd\n");
        var result = await @base.Workspace.BuildAsync(project);
        foreach (var program in new[] { "/usr/sbin/sysctl", "/usr/bin/systemctl", "/usr/bin/mknod" })
            Assert.Equal(HashOf(below, program), HashOf(result, program));
        AssertNoTrace(result);
    }

    [ImageFact]
    public async Task A_script_that_leaves_them_alone_changes_nothing()
    {
        var (project, directory, below) = await NewAsync("alone");
        ImageWorkspace.Write(directory, "scripts/1-one", "#!/bin/sh\nset -e\nsysctl -w vm.swappiness=77\n");
        ImageWorkspace.Write(directory, "scripts/2-two", "#!/bin/sh\nset -e\nsystemctl daemon-reload\n");
        var result = await @base.Workspace.BuildAsync(project);
        var layers = new LayerStore(project.CacheDirectory, Posix.Processes.UserId);
        var state = new StateDirectory(@base.Workspace.StateOf(project));
        var layer = JsonFile.TryRead(state.StageFile(ImageStage.RunScripts), StateJson.Default.StageState)!.Layers[^1];
        Assert.DoesNotContain(layers.ReadIndex(layer).Entries, entry => entry.Path.ToString().EndsWith("ctl", StringComparison.Ordinal));
        foreach (var path in new[] { "/usr/sbin/sysctl", "/usr/bin/systemctl" })
            Assert.Equal(below.Find(path), result.Find(path));
        foreach (var path in new[] { "/usr/bin", "/usr/sbin" })
            Assert.Equal(((DirectoryInode)below.Find(path)!).Mtime, ((DirectoryInode)result.Find(path)!).Mtime);
        AssertNoTrace(result);
    }

    [ImageFact]
    public async Task A_copy_that_takes_their_place_is_theirs()
    {
        var (project, directory, below) = await NewAsync("copied");
        // As usrmerge does, through another name of the directory.
        ImageWorkspace.Write(directory, "scripts/copy", "#!/bin/sh\nset -e\ncp -p /usr/bin/systemctl /usr/bin/copy\nmv /usr/bin/copy /bin/systemctl\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(HashOf(below, "/usr/bin/systemctl"), HashOf(result, "/usr/bin/systemctl"));
        AssertNoTrace(result);
    }

    [ImageFact]
    public async Task A_copy_elsewhere_is_a_copy_of_the_program()
    {
        var (project, directory, below) = await NewAsync("copied-elsewhere");
        ImageWorkspace.Write(directory, "scripts/1-copy",
            """
            #!/bin/sh
            set -e
            cp /usr/bin/systemctl "/opt/a copy of päckages"
            install -m 0700 -o daemon /usr/sbin/sysctl /opt/another
            ln /opt/another /opt/third
            touch -d @1000000000 /opt/another
            cp /usr/sbin/sysctl /copy-at-the-top
            """);
        ImageWorkspace.Write(directory, "scripts/2-remove", "#!/bin/sh\nset -e\nrm /usr/bin/systemctl\n");
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal(HashOf(below, "/usr/bin/systemctl"), HashOf(result, "/opt/a copy of päckages"));
        Assert.Equal(HashOf(below, "/usr/sbin/sysctl"), HashOf(result, "/copy-at-the-top"));
        var program = Assert.IsType<RegularInode>(result.Find("/opt/another"));
        Assert.Equal((HashOf(below, "/usr/sbin/sysctl"), 0x1C0u, 1u, 1000000000L), (program.Hash, (uint)program.Mode & 0xFFF, program.Uid, program.Mtime.Seconds));
        Assert.Equal(program, result.Find("/opt/third"));
        Assert.Equal(((RegularInode)below.Find("/usr/sbin/sysctl")!).Size, program.Size);
        // What runs later sees the programs, too: the files say what the index does.
        ImageWorkspace.Write(directory, "post-cleanup-scripts/look", "#!/bin/sh\nset -e\n/opt/third --version\ncmp /opt/third /copy-at-the-top\n");
        await @base.Workspace.BuildAsync(project);
        AssertNoTrace(result);
    }

    /// <summary>What cannot be made good is said.</summary>
    [Fact]
    public void A_copy_of_a_program_that_is_gone_is_an_error()
    {
        var program = new CoveredProgram("sysctl", "#!/bin/sh\n");
        var folder = TestHost.NewFolder();
        File.WriteAllText(Path.Combine(folder, "copy"), program.Script);
        var index = LayerScanner.Scan(folder, withRoot: true, CancellationToken.None);
        var diagnostic = Assert.Throws<BuildException>(() => StandInCopies.Replace(index, folder, [], [program])).Diagnostic;
        Assert.Equal("IMG3300", diagnostic.Code);
        Assert.Contains("/copy", diagnostic.Message);
        Assert.Same(index, StandInCopies.Replace(index, folder, [], [new("sysctl", "another")]));
        Directory.Delete(folder, recursive: true);
    }

    [ImageFact]
    public async Task They_are_moved_linked_changed_and_removed_as_themselves()
    {
        var (project, directory, below) = await NewAsync("moved");
        ImageWorkspace.Write(directory, "scripts/1-move",
            """
            #!/bin/sh
            set -e
            dpkg-divert --quiet --local --rename --divert "/opt/sysctl of päckages" --add /usr/sbin/sysctl
            ln /usr/bin/systemctl /opt/another
            chmod 0700 /usr/bin/systemctl
            chown daemon /usr/bin/systemctl
            """);
        ImageWorkspace.Write(directory, "scripts/2-remove", "#!/bin/sh\nset -e\ntest ! -e /usr/sbin/sysctl\nrm /opt/another\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.Equal(HashOf(below, "/usr/sbin/sysctl"), HashOf(result, "/opt/sysctl of päckages"));
        Assert.Null(result.Find("/usr/sbin/sysctl"));
        var program = Assert.IsType<RegularInode>(result.Find("/usr/bin/systemctl"));
        Assert.Equal(HashOf(below, "/usr/bin/systemctl"), program.Hash);
        Assert.Equal((0x1C0u, 1u), ((uint)program.Mode & 0xFFF, program.Uid));
        AssertNoTrace(result);

        ImageWorkspace.Write(directory, "scripts/3-purge", "#!/bin/sh\nset -e\nrm /usr/bin/systemctl\n");
        Assert.Null((await @base.Workspace.BuildAsync(project)).Find("/usr/bin/systemctl"));
    }
}
