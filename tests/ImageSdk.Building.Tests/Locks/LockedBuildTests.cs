using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Locks;

/// <summary>Builds of projects that have a lock: what it says is what they are made of.</summary>
public class LockedBuildTests(BaseImage @base) : IClassFixture<BaseImage>
{
    (ImageProject Project, string Directory, LocalRepository Repository) New(params string[] packages)
    {
        var (project, directory) = @base.New();
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, $"repository of {Path.GetFileName(directory)}"));
        repository.Add("helper", "1");
        repository.Add("tool", "1", "Depends: helper");
        repository.Add("other", "1");
        project = repository.Use(project, directory) with { Packages = packages, Lock = new(Path.Combine(directory, ImageLock.DefaultFileName)) };
        return (project, directory, repository);
    }

    static ImageProject Locked(ImageProject project) => project with { Lock = project.Lock! with { IsLocked = true } };

    static ImageProject Forced(ImageProject project) => project with { Lock = project.Lock! with { ForceEvaluate = true } };

    static string Text(ImageProject project) => File.ReadAllText(project.Lock!.File);

    static string VersionOf(BuildResult result, string package) => result.Image.Packages.Single(known => known.Name == package).Version;

    // Packages stay.
    static Task RemoveLayersAsync(ImageWorkspace workspace)
    {
        var store = new LayerStore(workspace.CacheDirectory, Posix.Processes.UserId);
        return workspace.Workers.AskAsync(
            workspace.CacheDirectory, new RemoveEntriesRequest([.. store.Ids().Select(id => $"layers/{id}")]), new RecordingListener(), default);
    }

    [ImageFact]
    public async Task What_is_locked_stays_whatever_is_newer_until_somebody_asks()
    {
        var (project, _, repository) = New("tool");
        var first = await @base.Workspace.BuildAsync(project);
        var text = Text(project);
        var locked = ImageLockFile.Read(project.Lock!.File);
        Assert.Equal(["helper", "tool"], locked.Packages.Select(package => package.Name));
        Assert.Equal((LockedSourceType.Store, first.Image.SourceImage), (locked.Source.Type, locked.Source.Name));
        Assert.NotNull(locked.Source.TreeHash);

        repository.Add("helper", "2");
        repository.Add("tool", "2", "Depends: helper");
        var second = await @base.Workspace.BuildAsync(project);
        Assert.Equal(text, Text(project));
        Assert.Equal("1", VersionOf(second, "tool"));
        Assert.Empty(second.Ran);

        var third = await @base.Workspace.BuildAsync(Forced(project));
        Assert.Equal("2", VersionOf(third, "tool"));
        Assert.Equal("2", VersionOf(third, "helper"));
        Assert.NotEqual(text, Text(project));
    }

    [ImageFact]
    public async Task Two_restores_write_the_same_bytes_and_two_caches_make_the_same_image()
    {
        var (project, _, _) = New("tool", "other");
        var first = await @base.Workspace.BuildAsync(project);
        var text = Text(project);
        using var workspace = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        var elsewhere = project with { CacheDirectory = workspace.CacheDirectory, ImageFile = Path.Combine(workspace.Folder, "out.image") };
        File.Delete(project.Lock!.File);
        await workspace.BuildAsync(elsewhere);
        Assert.Equal(text, Text(project));
        await RemoveLayersAsync(workspace);
        var again = await workspace.BuildAsync(Locked(elsewhere));
        Assert.Equal(TreeHash.Compute(first.Tree), TreeHash.Compute(again.Tree));
    }

    [ImageFact]
    public async Task A_locked_build_needs_no_repository_once_its_packages_are_in_the_cache()
    {
        var (project, _, repository) = New("tool");
        using var workspace = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        project = project with { CacheDirectory = workspace.CacheDirectory, ImageFile = Path.Combine(workspace.Folder, "out.image") };
        var first = await workspace.BuildAsync(project);
        foreach (var file in Directory.GetFiles(repository.Folder))
            File.Delete(file);
        await RemoveLayersAsync(workspace);
        var second = await workspace.BuildAsync(Locked(project));
        Assert.Equal(TreeHash.Compute(first.Tree), TreeHash.Compute(second.Tree));
        Assert.Contains(ImageStage.InstallPackages, second.Ran);
    }

    /// <summary>A lock is a file that a pull request may change: what it says of a package counts for more than what a mirror sends.</summary>
    [ImageFact]
    public async Task A_package_that_is_not_what_the_lock_says_is_not_installed()
    {
        const string field = "\"sha256\":\"";
        var (project, _, _) = New("tool");
        using var workspace = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        project = project with { CacheDirectory = workspace.CacheDirectory, ImageFile = Path.Combine(workspace.Folder, "out.image") };
        await workspace.BuildAsync(project);
        var text = Text(project);
        var at = text.LastIndexOf(field, StringComparison.Ordinal) + field.Length;
        var wrong = text[..at] + new string('1', 64) + text[(at + 64)..];
        File.WriteAllText(project.Lock!.File, wrong);
        using var elsewhere = new ImageWorkspace(ownCache: true) { Store = @base.Workspace.Store };
        var error = (await elsewhere.FailAsync(Locked(project with { CacheDirectory = elsewhere.CacheDirectory, ImageFile = Path.Combine(elsewhere.Folder, "out.image") }))).Diagnostic;
        Assert.StartsWith("IMG4", error.Code, StringComparison.Ordinal);
        Assert.Contains("tool", error.Message);
        Assert.Equal(wrong, Text(project));
    }

    [ImageFact]
    public async Task A_stale_lock_is_one_error_that_says_what_differs()
    {
        var (project, directory, _) = New("tool", "other");
        var missing = (await @base.Workspace.FailAsync(Locked(project))).Diagnostic;
        Assert.Equal("IMG4020", missing.Code);
        Assert.Contains("there is no lock", missing.Message);

        await @base.Workspace.BuildAsync(project);
        var text = Text(project);
        var changed = (await @base.Workspace.FailAsync(Locked(project with { Packages = ["tool", "helper"] }))).Diagnostic;
        Assert.Equal(("IMG4020", project.Lock!.File), (changed.Code, changed.File));
        Assert.Contains("the project adds helper; the project no longer has other", changed.Message);
        Assert.Contains("another order", (await @base.Workspace.FailAsync(Locked(project with { Packages = ["other", "tool"] }))).Diagnostic.Message);

        var (below, _) = @base.New();
        await @base.Workspace.BuildAndPublishAsync(below);
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        var moved = (await @base.Workspace.FailAsync(Locked(project))).Diagnostic;
        Assert.Equal("IMG4020", moved.Code);
        Assert.Contains(below.Stream, moved.Message);
        Assert.Equal(text, Text(project));

        // Without the locked mode it is written again.
        await @base.Workspace.BuildAsync(project with { Packages = ["tool"] });
        Assert.Contains(below.Stream, Text(project));
        Assert.Equal(["tool"], ImageLockFile.Read(project.Lock!.File).Install!.Requested);
    }

    [ImageFact]
    public async Task A_lock_does_not_fit_where_a_project_below_has_other_packages()
    {
        var (project, directory, _) = New("tool");
        var (below, belowDirectory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        await @base.Workspace.BuildAsync(below);
        await @base.Workspace.BuildAsync(project, references: [below.ImageFile]);
        // Another file is nothing to apt.
        ImageWorkspace.Write(belowDirectory, "files/etc/more", "");
        await @base.Workspace.BuildAsync(below);
        await @base.Workspace.BuildAsync(Locked(project), references: [below.ImageFile]);
        Assert.Equal(LockedSourceType.Project, ImageLockFile.Read(project.Lock!.File).Source.Type);

        ImageWorkspace.Write(belowDirectory, "scripts/more",
            "#!/bin/sh\nset -e\nprintf 'Package: more\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 1\\nMaintainer: m\\nDescription: d\\n\\n' >> /var/lib/dpkg/status\n");
        await @base.Workspace.BuildAsync(below);
        var stale = (await @base.Workspace.FailAsync(Locked(project), references: [below.ImageFile])).Diagnostic;
        Assert.Equal("IMG4020", stale.Code);
        Assert.Contains("the source image has other packages", stale.Message);
    }

    [ImageFact]
    public async Task A_lock_does_not_fit_another_tree_of_its_source_image()
    {
        var (project, _, _) = New("tool");
        await @base.Workspace.BuildAsync(project);
        var locked = ImageLockFile.Read(project.Lock!.File);
        ImageLockFile.Write(project.Lock.File, locked with { Source = locked.Source with { TreeHash = new('0', locked.Source.TreeHash!.Length) } });
        var stale = (await @base.Workspace.FailAsync(Locked(project))).Diagnostic;
        Assert.Equal("IMG4020", stale.Code);
        Assert.Contains("has another tree", stale.Message);
    }

    [ImageFact]
    public async Task A_locked_source_image_stays_where_a_newer_one_is_published()
    {
        var (below, belowDirectory) = @base.New();
        await @base.Workspace.BuildAndPublishAsync(below);
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
        project = project with { Lock = new(Path.Combine(directory, ImageLock.DefaultFileName)) };
        var first = await @base.Workspace.BuildAsync(project);

        ImageWorkspace.Write(belowDirectory, "files/etc/newer", "");
        await @base.Workspace.BuildAndPublishAsync(below);
        Assert.Equal(first.Image.SourceImage, (await @base.Workspace.BuildAsync(Locked(project))).Image.SourceImage);
        Assert.NotEqual(first.Image.SourceImage, (await @base.Workspace.BuildAsync(Forced(project))).Image.SourceImage);

        var store = @base.Workspace.Open();
        File.Delete(store.Images.GetPath(ImageLockFile.Read(project.Lock!.File).Source.Name));
        Assert.Equal("IMG4022", (await @base.Workspace.FailAsync(Locked(project))).Diagnostic.Code);
    }

    [ImageFact]
    public async Task What_was_there_is_upgraded_as_the_lock_says()
    {
        var (project, directory, repository) = New("tool");
        await @base.Workspace.BuildAndPublishAsync(project);
        var (above, aboveDirectory) = @base.New();
        above = repository.Use(above, aboveDirectory) with { Packages = ["other"], Lock = new(Path.Combine(aboveDirectory, ImageLock.DefaultFileName)) };
        ImageWorkspace.Write(aboveDirectory, "manifest", $$"""{"SourceImage": "{{project.Stream}}"}""");
        repository.Add("fresh", "1");
        repository.Add("tool", "2", "Depends: helper, fresh");
        var upgraded = await @base.Workspace.BuildAsync(above);
        Assert.Equal("2", VersionOf(upgraded, "tool"));
        var text = Text(above);
        Assert.Contains("""{"for":[],"actions":["unpack """, text);

        repository.Add("tool", "3", "Depends: helper");
        var locked = await @base.Workspace.BuildAsync(Locked(above));
        Assert.Equal("2", VersionOf(locked, "tool"));
        Assert.Equal(TreeHash.Compute(upgraded.Tree), TreeHash.Compute(locked.Tree));
        Assert.Contains("Package: fresh\nArchitecture: amd64\nAuto-Installed: 1", await ReadAsync(above));

        async Task<string> ReadAsync(ImageProject of)
        {
            await @base.Workspace.PublishAsync(of);
            return @base.Workspace.ReadFile(of, "/var/lib/apt/extended_states");
        }
    }

    [ImageFact]
    public async Task A_locked_bootstrap_is_made_without_apt()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        var project = workspace.Project("boot/locked", workspace.NewManifest("locked"));
        project = project with
        {
            Bootstrap = new() { Command = ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"], PackagerType = "deb" },
            Lock = new(Path.Combine(project.ManifestDirectory, ImageLock.DefaultFileName)),
        };
        var first = await workspace.BuildAsync(project);
        Assert.Equal("debian bookworm minbase main", ImageLockFile.Read(project.Lock!.File).Source.Name);
        Assert.Equal(first.Image.Packages.Select(package => package.Name.Split(':')[0]).Order(StringComparer.Ordinal), ImageLockFile.Read(project.Lock!.File).Packages.Select(package => package.Name));

        // Nor is there a mirror any more.
        var moved = project with { Bootstrap = project.Bootstrap! with { Command = [.. project.Bootstrap.Command, "file:///no/such/mirror"] } };
        var second = await workspace.BuildAsync(Locked(moved));
        Assert.Contains(ImageStage.UnpackSourceImage, second.Ran);
        Assert.Equal(first.Image.Packages, second.Image.Packages);
        Assert.Equal(File(first, "/var/lib/dpkg/status"), File(second, "/var/lib/dpkg/status"));
        Assert.Equal(File(first, "/etc/passwd"), File(second, "/etc/passwd"));

        var other = project with { Bootstrap = project.Bootstrap! with { Command = [.. project.Bootstrap.Command, "--include=less"] } };
        Assert.Contains("+less", (await workspace.FailAsync(Locked(other))).Diagnostic.Message);

        static ObjectHash File(BuildResult result, string path) => Assert.IsType<RegularInode>(result.Find(path)).Hash;
    }

    [ImageFact]
    public async Task What_a_lock_cannot_say_is_one_error()
    {
        var (project, directory, repository) = New("tool");
        ImageWorkspace.Write(directory, "files/etc/apt/apt.conf.d/hook", "DPkg::Post-Invoke { \"true\"; };\n");
        Assert.Equal("IMG4023", (await @base.Workspace.FailAsync(project)).Diagnostic.Code);
        File.Delete(Path.Combine(directory, "files/etc/apt/apt.conf.d/hook"));
        Assert.Equal("IMG4002", (await @base.Workspace.FailAsync(project with { Packages = ["no-such"] })).Diagnostic.Code);

        await @base.Workspace.BuildAsync(project);
        File.WriteAllText(project.Lock!.File, Text(project).Replace("unpack helper", "unpack nobody", StringComparison.Ordinal));
        Assert.Equal("IMG4021", (await @base.Workspace.FailAsync(project)).Diagnostic.Code);

        var root = @base.Workspace.Project("boot/unlockable", @base.Workspace.NewManifest("unlockable"));
        root = root with { Bootstrap = new() { Command = ["true", "$dir"], PackagerType = "deb" }, Lock = new(Path.Combine(directory, "other.json")) };
        Assert.Equal("IMG4023", (await @base.Workspace.FailAsync(root)).Diagnostic.Code);
    }
}
