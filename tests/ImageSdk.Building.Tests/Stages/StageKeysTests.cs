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
        RunPreInstallScripts 4 beea9ff773c1df1a415f97bacd66443005b5abc68e8b130d3ebdab193297bbb5
        InstallPackages 4 344dc64f70d791385dcaf4a9e869e0362c619b68480a221e91214b187684c665
        CopyPostInstallFiles 2 5122cbfed3c05a4a3120bfa65462f155650c04148a92a23b19f20fdf419ae0fb
        RunScripts 4 c4027a51b1ab1cdeeb8b85439ff8ca94a465f690f295e7856fc4147c338cd96d
        CopyPostScriptsFiles 2 65c74832d398ec2d09bbb1aa30eca1af5fcf9698f0f41f01b84c40ed44390e23
        CleanPackages 3 5c2427012669c4d6f15eb55b3bb8892fd16840b0b52cd4f98c43c4dabf956af1
        RunPostCleanupScripts 4 804c02c168696eebceb19f173153f4086d89be5e809b34fca14ec9eb937818ab
        ScanImage 2 fd2ddaeb34b32e7d1382280a25a16ad76c09ad42d0d320b5e018c13e9ec88da5
        TestImage 2 ea90507cc26864a6ccfc48dad504f085f6d3a40a42acddabfb6db83fc7de13e5
        """, Describe(locked: false));

    [Fact]
    public void Keys_of_the_same_project_with_a_lock_stay() => Same(
        """
        UnpackSourceImage 4 98a75dbdb1a6b655d6ec1450e532202f07e05221c160737bf061b808b57656ff
        CopyFiles 2 fc8675b4eae88b93f057cd9ae628d014a6c692041396870a5baa8d8ff65d45d9
        RunPreInstallScripts 4 c9acb904d5445e2aded9f42db3837f6a3677e94ddba516f17631906410a16966
        InstallPackages 4 31e8b2a8f873ae77dce3fb3b82bf7df12ca014d5ce962eba044924dd7a37c7c4
        CopyPostInstallFiles 2 f6b9ee05da86c719eec72fac6f19d771fcd65079fccef9fe2a613a6dd7351267
        RunScripts 4 cfe4aef6a99dc6bb132a11459c9ff89a525b24ea16e2120dbbaedbe3124a1b21
        CopyPostScriptsFiles 2 4eb32767a17f27f0dea6efed43f92788687b795f5232d6eb19310fc4cc9c4895
        CleanPackages 3 4f71a697737ebff7692c902a6b0d9fe985544ec897b85e869b086028ea60113d
        RunPostCleanupScripts 4 37d661f037558f133442c49d449860c736c868371c16bfc7fc15a987bbc8e167
        ScanImage 2 4c7f2dfa7f47be810670d33d31eec4a43e2b0b87559bffe08d3c4f2514ac132c
        TestImage 2 83b81b3c469b04294e3a0734a5a7984b85a0b49ea9c405f4eb2299a958ab349e
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
