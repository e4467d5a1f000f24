using System.Text;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>
/// The keys of all stages of a project that has everything. A key that changes makes every cache in the world worthless for that stage:
/// where that is meant, its version was raised, and the new key belongs here.
/// </summary>
public sealed class StageKeysTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk keys ü").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Keys_of_a_project_with_everything_stay() => Same(
        """
        UnpackSourceImage 4 c28d77a9c96942471b6fe1223ddd4814bd4bc2389ab9651d011d9c8a1d38faab
        CopyFiles 2 2fe5bc161cb32b8af1dd8e050618798b68fc7f2be81dcb8886d208d071f2d57b
        RunPreInstallScripts 3 b1704e36078f194147d05dc591508356ee7ac3ec5e25219af22ea5174b4a8c99
        InstallPackages 4 bef60406dca483ea85d82e53141fcee9ba79aa5f0a67b123436f0d18c3cef3e9
        CopyPostInstallFiles 2 acc74a8c1495433f61aef2522c68a92339d9a55f19af09dedc7b29adae7a7766
        RunScripts 3 ed1e74cd98f91e911f0b951d4395990395318beaeadbb4b241f34ac9b6645e77
        CopyPostScriptsFiles 2 25b918e30dcb95a42410033b3d5e0f8779517a90603ee2be62552db67504d42e
        CleanPackages 3 74545349fa15cef777507de18afc33990c31570353635a3ed31eb6e870490531
        RunPostCleanupScripts 3 eb03bc7294f44c92f51340b2e19cd04a2b8696d91d410b57bdda316db533aa0e
        ScanImage 2 7ebdb044d0f613ef66e5c3408b4ddabb9dfd87c9ff16cc24240de65bebc83065
        TestImage 2 4b6099dcecef1a4f6522f760e5dcb7b78eff1ba5901edde5fb795921d1bce0b2
        """, Describe(locked: false));

    [Fact]
    public void Keys_of_the_same_project_with_a_lock_stay() => Same(
        """
        UnpackSourceImage 4 98a75dbdb1a6b655d6ec1450e532202f07e05221c160737bf061b808b57656ff
        CopyFiles 2 fc8675b4eae88b93f057cd9ae628d014a6c692041396870a5baa8d8ff65d45d9
        RunPreInstallScripts 3 287e1d1b7e1b6d357f1cd8f2c815e0a5ffeb38c6c01cffe0a569f9923f9ca449
        InstallPackages 4 a420ffdbdedad50b407372c4b803b8dd979d15201d978c6b8d6aeeda9a3e6514
        CopyPostInstallFiles 2 ab9bf5772fd718a07d1be510e7da97f89d174cf800dad50c2ac9c0149bc87d3b
        RunScripts 3 59693b0def0b232aac724bf7dfbf1ac2482e08231b76cccdf175773ec8328ae5
        CopyPostScriptsFiles 2 65460eb52469b614a260a9405d07984a1a481d05970aa52212618133e0183f54
        CleanPackages 3 33efdaf83067ff2a76362dd6a071bd7defffe982e844b61b7e0d32e8c52de5a7
        RunPostCleanupScripts 3 9a772bddeb3fef6db58ed51df1d5e2f97516d9c1a0fbbe3b4eb0f43e1d213866
        ScanImage 2 a89859a972307e469167b41922d41309fdd9b70d9e0e161dc02898d66804165a
        TestImage 2 ba05e647295b78f911edd4a2a38a414beac55fec323d7863ff7a8215832be4b1
        """, Describe(locked: true));

    [Fact]
    public void What_the_worker_is_asked_for_stays() => Same(
        """
        CopyFiles: Copy files Copy files file /etc/of-files Append files.append Template files.templated
        RunPreInstallScripts: run pre-install-scripts 10-one,script
        InstallPackages: install less,nano,procps
        CopyPostInstallFiles: Copy post-install-files file /etc/of-install Append post-install-files.append Append post-install-files.append Template post-install-files.templated
        RunScripts: run scripts 10-one,script
        CopyPostScriptsFiles: Copy post-scripts-files file /etc/of-scripts Append post-scripts-files.append Template post-scripts-files.templated Template post-scripts-files.templated
        CleanPackages: clean restore post-scripts-files,post-scripts-files.append,post-scripts-files.templated,post-scripts-files.templated /etc/of-scripts
        RunPostCleanupScripts: run post-cleanup-scripts 10-one,script
        """, string.Join('\n', Enum.GetValues<ImageStage>().Where(HasOperations).Select(stage => $"{stage}: {string.Join(' ', OperationsOf(stage))}")));

    [Fact]
    public void A_generation_of_packages_changes_the_stages_that_follow_them_alone()
    {
        var plan = Plan(locked: false);
        var layers = plan.OpenLayers();
        layers.CreateDirectories();
        var keys = new StageKeys(plan, layers);
        var stages = Enum.GetValues<ImageStage>();
        string[] Keys() => [keys.OfBootstrap("inputs"), .. stages.Select(stage => keys.Of(stage, "before", "inputs"))];
        var old = Keys();
        layers.StartGeneration(StreamGeneration.KeyOf(plan.Project.Stream));
        var changed = Keys().Zip(old).Select((pair, at) => pair.First == pair.Second ? null : at == 0 ? "bootstrap" : stages[at - 1].ToString()).OfType<string>();
        Assert.Equal(["bootstrap", "UnpackSourceImage", "InstallPackages"], changed);
    }

    // With all of what was found, for the new text.
    static void Same(string expected, string found) => Assert.True(expected == found, $"Found:\n{found}");

    string Describe(bool locked)
    {
        var plan = Plan(locked);
        var inputs = new StageInputs(plan, new DigestCache(Path.Combine(folder, "digests")));
        var keys = new StageKeys(plan, plan.OpenLayers());
        var text = new StringBuilder();
        var key = "";
        foreach (var stage in Enum.GetValues<ImageStage>().Where(stage => stage != ImageStage.ResolveSourceImage))
        {
            var described = inputs.Describe(stage);
            Assert.NotEmpty(described);
            key = stage == ImageStage.UnpackSourceImage ? keys.OfBootstrap(described) : keys.Of(stage, key, described);
            text.Append(described[..described.IndexOf('\n')]).Append(' ').Append(key).Append('\n');
        }
        return text.ToString().TrimEnd();
    }

    static bool HasOperations(ImageStage stage) =>
        stage is not (ImageStage.ResolveSourceImage or ImageStage.UnpackSourceImage or ImageStage.ScanImage or ImageStage.TestImage);

    IEnumerable<string> OperationsOf(ImageStage stage) => new StageOperations(Plan(locked: false)).Of(stage).Select(operation => operation switch
    {
        CopyTreeOperation tree => $"{tree.Use} {tree.Label}",
        CopyFileOperation file => $"file {file.TargetPath}",
        RunScriptsOperation scripts => $"run {scripts.Label} {string.Join(',', scripts.Files.Select(Path.GetFileName))}",
        InstallPackagesOperation install => $"install {string.Join(',', install.Packages.Select(package => package.Name))}",
        CleanPackagesOperation => "clean",
        RestoreFilesOperation restore => $"restore {string.Join(',', restore.Trees.Select(tree => tree.Label))} {string.Join(',', restore.Files.Select(file => file.TargetPath))}",
        _ => throw new InvalidOperationException($"{operation} is not told of here"),
    });

    BuildPlan Plan(bool locked)
    {
        var source = Path.Combine(folder, "source");
        foreach (var tree in new[] { "files", "files.append", "post-install-files", "post-install-files.append", "post-scripts-files", "post-scripts-files.append" })
        {
            Write($"source/{tree}/etc/{tree}", tree);
            Write($"source/{tree}/usr/bin/a program", "#!/bin/sh\n");
        }
        foreach (var tree in new[] { "files.templated", "post-install-files.templated", "post-scripts-files.templated" })
            Write($"source/{tree}/etc/{tree}", "stream={{.IMAGE_STREAM}}\n");
        if (!Path.Exists(Path.Combine(source, "files/etc/link")))
            File.CreateSymbolicLink(Path.Combine(source, "files/etc/link"), "files");
        foreach (var scripts in new[] { "pre-install-scripts", "scripts", "post-cleanup-scripts" })
            Write($"source/{scripts}/10-one", $"#!/bin/sh\necho {scripts}\n");
        Write("source/tests/test", "#!/bin/sh\n");
        Write("source/package-list", "less\nnano\n");
        Write("source/filter", "/var/tmp/.*\n");
        Write("source/computed-files.add", "/etc/hosts generator:6910\n");
        Write("source/tags.json", """{"Os": "Debian"}""");
        Write("source/owners.json", """{"Users": ["one"], "Groups": ["two"]}""");
        Write("source/triggers.add", """[{"MatchLines": ["/etc/ssh/.*"], "Service": "ssh"}]""");
        Write("source/manifest", """{"FilterLines": ["/var/log/.*"], "MtimesCopyFilterLines": ["/etc/.*"]}""");
        Write("items/file", "an item's");
        Write("items/script", "#!/bin/sh\n");
        Write("items/tree/etc/of-an-item", "tree");
        var lockFile = Path.Combine(folder, "image.lock.json");
        if (locked)
            ImageLockFile.Write(lockFile, Lock());
        var project = new ImageProject
        {
            ProjectFile = Path.Combine(source, "test.imgproj"),
            ManifestDirectory = source,
            Stream = "base/everything",
            Architecture = "amd64",
            CacheDirectory = Path.Combine(folder, "cache"),
            Store = new(Path.Combine(folder, "images"), Path.Combine(folder, "objects")),
            ImageFile = Path.Combine(folder, "out.image"),
            Bootstrap = new() { Command = ["mmdebstrap", "--variant=minbase", "bookworm", "$dir"], PackagerType = "deb" },
            Variables = [new("GREETING", "hello world"), new("PLACE", "$IMAGE_STREAM")],
            Packages = ["procps"],
            Files =
            [
                new(Path.Combine(folder, "items/file"), "/etc/of-files", ImageStage.CopyFiles), new(Path.Combine(folder, "items/file"), "/etc/of-install", ImageStage.CopyPostInstallFiles, "0600"),
                new(Path.Combine(folder, "items/file"), "/etc/of-scripts", ImageStage.CopyPostScriptsFiles, "4755"),
            ],
            Trees =
            [
                new(Path.Combine(folder, "items/tree"), ImageStage.CopyFiles), new(Path.Combine(folder, "items/tree"), ImageStage.CopyPostInstallFiles, ProjectTreeUse.Append),
                new(Path.Combine(folder, "items/tree"), ImageStage.CopyPostScriptsFiles, ProjectTreeUse.Template),
            ],
            Scripts =
            [
                new(Path.Combine(folder, "items/script"), ImageStage.RunPreInstallScripts), new(Path.Combine(folder, "items/script"), ImageStage.RunScripts),
                new(Path.Combine(folder, "items/script"), ImageStage.RunPostCleanupScripts),
            ],
            Tests = [Path.Combine(folder, "items/script")],
            Sandbox = new()
            {
                BindMounts = [new("/usr", "/data"), new("/etc", "/more", Writable: true)], Secrets = [new("token", null, "TOKEN")], ScriptsNetwork = false,
                Capabilities = ["SYS_PTRACE"], KeptIdentity = ["ssh-host-keys"], TestTimeout = TimeSpan.FromSeconds(7),
            },
            Installation = new() { Conffiles = ConffilePolicy.Replace },
            Cache = new() { BaseDirectory = "/var/cache/of-streams", MountPoint = "/cache" },
            Lock = locked ? new(lockFile, false, false) : null,
            SourceDateEpoch = 1_700_000_000,
        };
        return new(project, ManifestReader.Read(project, new SilentListener()));
    }

    static ImageLock Lock()
    {
        LockedPackage[] packages = [new("less", "590-2.1~deb12u2", "amd64", new('a', 64), 1, "http://host/less.deb"), new("tzdata", "2025b-0+deb12u1", "all", new('b', 64), 2, "http://host/tzdata.deb")];
        return new()
        {
            Architecture = "amd64", Source = new(LockedSourceType.Bootstrap, "bookworm"),
            Bootstrap = new(["less"], [["--unpack", "tzdata.deb"], ["--configure", "--pending"]], ["tzdata"], packages),
            Install = new(["less"], new('c', 64), [new(["less"], ["unpack less", "configure less"])], ["tzdata"], packages),
        };
    }

    void Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(text.StartsWith("#!", StringComparison.Ordinal) ? "755" : "644", 8));
    }
}
