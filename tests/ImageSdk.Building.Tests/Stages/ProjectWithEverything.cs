using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>A project that says something of everything that a stage reads.</summary>
sealed class ProjectWithEverything
{
    readonly string folder;
    readonly string source;

    public ProjectWithEverything(string folder)
    {
        this.folder = folder;
        source = Path.Combine(folder, "source");
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
    }

    /// <param name="change">Made to the project before its manifest is read.</param>
    public BuildPlan Plan(bool locked, Func<ImageProject, ImageProject>? change = null)
    {
        var lockFile = Path.Combine(folder, "image.lock.json");
        if (locked)
            ImageLockFile.Write(lockFile, Lock());
        ImageProject project = new()
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
        project = change?.Invoke(project) ?? project;
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

    public void Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(text.StartsWith("#!", StringComparison.Ordinal) ? "755" : "644", 8));
    }
}
