using ImageSdk.Building.Manifests;
using ImageSdk.Building.Speculation;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Bootstrapping;

public class AptBootstrapTests
{
    /// <summary>
    /// What differs on purpose: the building machine's name and the mode of its resolv.conf are not the image's. dpkg's
    /// backup of its list is what it was before the last change.
    /// </summary>
    static readonly string[] Exceptions = ["/etc/hostname", "/etc/resolv.conf", "/var/lib/dpkg/status-old"];

    [ImageFact]
    public async Task The_root_equals_the_one_that_mmdebstrap_makes()
    {
        // Not from a cache: both are to be of the same day.
        using var workspace = new ImageWorkspace(ownCache: true);
        var expected = await BuildAsync(workspace, "theirs", ["mmdebstrap", "--mode=root", "--variant=minbase", "--architectures=amd64", "bookworm", "$dir"]);
        var actual = await BuildAsync(workspace, "ours", ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"]);
        Assert.Contains(expected, line => line.StartsWith("/var/lib/dpkg/status ", StringComparison.Ordinal));
        Assert.Empty(actual.Except(expected));
        Assert.Empty(expected.Except(actual));
    }

    [ImageFact]
    public async Task A_root_of_essential_packages_is_cleaned_without_apt_and_installs_nothing()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var project = Project(workspace, "essential", ["apt", "--distribution=debian", "--variant=essential", "--architecture=amd64", "bookworm"]);
        var result = await workspace.BuildAsync(project);
        Assert.Contains(result.Image.Packages, package => package.Name == "dpkg");
        Assert.DoesNotContain(result.Image.Packages, package => package.Name == "apt");
        Assert.DoesNotContain(result.Tree.Walk(), entry => entry.Path.ToString().EndsWith(".deb", StringComparison.Ordinal));
        Assert.Equal("IMG4251", (await workspace.FailAsync(project with { Packages = ["less"] })).Diagnostic.Code);
    }

    [ImageFact]
    public async Task What_is_planned_while_the_root_is_made_is_what_the_root_plans()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var first = Project(workspace, "first", ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"]) with { Speculation = true };
        ImageWorkspace.Write(first.ManifestDirectory, "package-list", "less\nlibcap2-bin\n");
        var planned = await workspace.BuildAsync(first);
        Assert.Contains("The sources of packages have nothing newer", planned.Listener.OutputLines);
        var answers = Path.Combine(new LayerStore(workspace.CacheDirectory, Posix.Processes.UserId).Root, "plans");
        var ahead = ReadAll(answers);
        // The layer of the root is there, so that nothing is planned ahead; the stream has a part in the other keys.
        Directory.Delete(answers, recursive: true);
        var again = await workspace.BuildAsync(first with { Stream = "boot/again", ImageFile = Path.Combine(workspace.Folder, "again", "out.image") });
        Assert.DoesNotContain("The sources of packages have nothing newer", again.Listener.OutputLines);
        Assert.Equal(Describe(planned), Describe(again));
        Assert.Equal(2, ahead.Count); // Lists and a list of packages: nothing was planned twice, and there was nothing to upgrade.
        Assert.Equal(ahead, ReadAll(answers));
    }

    [ImageFact]
    public async Task What_was_prefetched_before_the_build_is_not_asked_again()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var below = Project(workspace, "begun", ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"]) with { Speculation = true };
        await PrefetchAsync(workspace, below, []);
        Assert.False(Directory.Exists(workspace.StateOf(below)));
        var result = await workspace.BuildAsync(below);
        // The first update, not a second one that finds all of it there.
        Assert.Contains(result.Listener.OutputLines, line => line.StartsWith("Get:1 ", StringComparison.Ordinal));

        var answers = Path.Combine(new LayerStore(workspace.CacheDirectory, Posix.Processes.UserId).Root, "plans", "answers");
        var above = workspace.Project("boot/above", workspace.NewManifest("above")) with { Packages = ["less"], Speculation = true };
        var begun = Find(workspace, above, [below.ImageFile]);
        await PrefetchAsync(workspace, above, [below.ImageFile]);
        await Wait.UntilAsync(() => begun.All(stage => new LayerStore(workspace.CacheDirectory, Posix.Processes.UserId).Contains(stage.LayerId)));
        var built = await workspace.BuildAsync(above, references: [below.ImageFile]);
        Assert.NotNull(built.Find("/usr/bin/less"));
        Assert.Single(Directory.GetFiles(answers));
        // What was done before is told of as if it were done now.
        Assert.Contains(ImageStage.InstallPackages, built.Ran);
        Assert.Single(built.Listener.OutputLines, line => line.StartsWith("Installing less (", StringComparison.Ordinal));
        Assert.DoesNotContain(built.Listener.OutputLines, line => line.StartsWith("From the cache", StringComparison.Ordinal));
        // Where all of it is in the cache there is nothing to begin with.
        foreach (var (project, references) in new[] { (below, Array.Empty<string>()), (above, [below.ImageFile]) })
            Assert.Empty(Find(workspace, project, references));

        // Of a guess that was wrong nothing is left, and an error comes from the build.
        var changed = above with { Packages = ["bzip2"] };
        await PrefetchAsync(workspace, changed with { Packages = ["dmsetup"] }, [below.ImageFile]);
        var other = await workspace.BuildAsync(changed, references: [below.ImageFile]);
        Assert.NotNull(other.Find("/usr/bin/bzip2"));
        Assert.Null(other.Find("/usr/sbin/dmsetup"));
        var wrong = above with { Packages = ["no-such-package"] };
        await PrefetchAsync(workspace, wrong, [below.ImageFile]);
        var error = await Assert.ThrowsAsync<BuildException>(() => workspace.BuildAsync(wrong, references: [below.ImageFile]));
        Assert.Equal("IMG4002", error.Diagnostic.Code);
    }

    static IReadOnlyList<RunStageRequest> Find(ImageWorkspace workspace, ImageProject project, IReadOnlyList<string> references)
    {
        var plan = new BuildPlan(project, ManifestReader.Read(project, new RecordingListener()));
        return new FirstStages(plan, plan.OpenLayers(), new DigestCache(Path.Combine(workspace.Folder, "none"))).Find(references);
    }

    static Task PrefetchAsync(ImageWorkspace workspace, ImageProject project, IReadOnlyList<string> references) =>
        new ImageBuild(workspace.StateOf(project), new RecordingListener()).PrefetchAsync(project, references, workspace.Workers);

    static SortedDictionary<string, string> ReadAll(string directory) => new(
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(directory, file), File.ReadAllText),
        StringComparer.Ordinal);

    [ImageFact]
    public async Task A_cancelled_bootstrap_leaves_nothing()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var project = Project(workspace, "cancelled", ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => workspace.BuildAsync(project, cancellation: cancellation.Token));
        workspace.Workers.Dispose();
        var cache = new LayerStore(workspace.CacheDirectory, Posix.Processes.UserId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.SessionsDirectory));
        // Lists that were done are of use to the next one.
        Assert.All(Directory.EnumerateDirectories(cache.LayersDirectory), layer =>
            Assert.StartsWith("InstallPackages lists", File.ReadAllText(Path.Combine(layer, "inputs")), StringComparison.Ordinal));
    }

    [ImageFact]
    public async Task What_apt_does_not_have_is_one_error()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var unknown = Project(workspace, "unknown", ["apt", "--distribution=debian", "--variant=essential", "--include=no-such-package", "--architecture=amd64", "bookworm"]);
        var error = (await workspace.FailAsync(unknown)).Diagnostic;
        Assert.Equal("IMG2017", error.Code);
        Assert.Contains("no-such-package", error.Message);
        var nowhere = Project(workspace, "nowhere", ["apt", "--distribution=debian", "--architecture=amd64", "bookworm", "file:///no/such/mirror"]);
        Assert.Equal("IMG2016", (await workspace.FailAsync(nowhere)).Diagnostic.Code);
    }

    [ImageFact]
    public async Task Directories_of_bullseye_are_links_into_usr_as_debootstrap_makes_them()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var project = Project(workspace, "bullseye", ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bullseye", "http://deb.debian.org/debian"]);
        var result = await workspace.BuildAsync(project);
        foreach (var name in (string[])["bin", "sbin", "lib", "lib32", "lib64", "libx32"])
        {
            Assert.Equal($"usr/{name}", Assert.IsType<SymlinkInode>(result.Find($"/{name}")).Target.ToString());
            Assert.IsType<DirectoryInode>(result.Find($"/usr/{name}"));
        }
        Assert.IsType<RegularInode>(result.Find("/usr/bin/bash"));
        Assert.NotNull(result.Find("/usr/lib64/ld-linux-x86-64.so.2"));
        Assert.Contains(result.Image.Packages, package => package.Name == "apt");
    }

    [ImageFact]
    public async Task Keys_that_the_machine_lacks_are_named_with_their_package()
    {
        if (File.Exists("/usr/share/keyrings/ubuntu-archive-keyring.gpg"))
            return; // Then it has them.
        using var workspace = new ImageWorkspace(ownCache: true);
        var folder = new DebianPackages.LocalRepository(Path.Combine(workspace.Folder, "ubuntu"));
        folder.Add("base");
        using var signed = new DebianPackages.SignedRelease(folder.Folder);
        signed.Write(DateTimeOffset.UtcNow.AddDays(1));
        using var server = new DebianPackages.RepositoryServer(folder.Folder);
        var project = Project(workspace, "keys", ["apt", "--distribution=ubuntu", "--architecture=amd64", "noble", server.Source().Trim()]);
        var error = (await workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG2016", error.Code);
        Assert.Contains("apt-get install ubuntu-keyring", error.Message);
        Assert.Contains($"http://127.0.0.1:{server.Port}", error.Message);
    }

    [ImageFact]
    public async Task A_mirror_that_cannot_be_reached_is_named_or_passed_over_for_this_build_alone()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        string[] command =
        [
            "apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm", "http://deb.debian.org/debian",
            "deb http://user:secret@127.0.0.1:1/mirror bookworm main",
        ];
        var project = Project(workspace, "half", command);
        var error = (await workspace.FailAsync(project)).Diagnostic;
        Assert.Equal("IMG2016", error.Code);
        Assert.Contains(": http://127.0.0.1:1/mirror bookworm (", error.Message);
        project = project with { Installation = new() { AllowsUnavailableSources = true } };
        for (var round = 0; round < 2; round++)
        {
            var built = await workspace.BuildAsync(project);
            Assert.Contains(ImageStage.UnpackSourceImage, built.Ran);
            Assert.Contains("http://127.0.0.1:1/mirror bookworm (", Assert.Single(built.Listener.Warnings, warning => warning.Code == "IMG4131").Message);
        }
    }

    static ImageProject Project(ImageWorkspace workspace, string name, IReadOnlyList<string> command) =>
        workspace.Project($"boot/{name}", workspace.NewManifest(name)) with
        {
            Bootstrap = new BootstrapSettings { Command = command, PackagerType = "deb" },
        };

    static async Task<List<string>> BuildAsync(ImageWorkspace workspace, string name, IReadOnlyList<string> command) =>
        Describe(await workspace.BuildAsync(Project(workspace, name, command)));

    /// <summary>Every path of the image with its type, mode, owner, target or hash; times left out.</summary>
    static List<string> Describe(BuildResult result)
    {
        var lines = new List<string>();
        Describe(result.Tree, result.Tree.Root, "", lines);
        return lines;
    }

    static void Describe(FileSystem tree, DirectoryInode directory, string path, List<string> lines)
    {
        foreach (var entry in directory.Entries)
        {
            var entryPath = $"{path}/{entry.Name}";
            if (Exceptions.Contains(entryPath))
                continue;
            var inode = tree.InodeTable[entry.InodeNumber];
            lines.Add($"{entryPath} {inode.Uid}:{inode.Gid} " + inode switch
            {
                DirectoryInode found => $"directory {Convert.ToString(found.Mode, 8)}",
                RegularInode found => $"file {Convert.ToString(found.Mode, 8)} {found.Size} {found.Hash}",
                SymlinkInode found => $"link {found.Target}",
                SpecialInode found => $"node {Convert.ToString(found.Mode, 8)} {found.Rdev}",
                _ => inode.GetType().Name,
            });
            if (inode is DirectoryInode child)
                Describe(tree, child, entryPath, lines);
        }
    }
}
