using ImageSdk.Cli.Tests;
using ImageSdk.Dominator;
using ImageSdk.ImageServer.Tests;
using ImageSdk.Images;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Posix;

namespace ImageSdk.Imaginator.Tests.Tool;

/// <summary>imagesdk build on this machine: manifest directories by the engine.</summary>
public sealed class ManifestCommandTests : IDisposable
{
    readonly Folder folder = new();

    public ManifestCommandTests()
    {
        folder.Write("manifest dïr/manifest", """{"SourceImage": "$BASE"}""");
        folder.Write("manifest dïr/files/etc/app.conf", "app\n");
        var script = folder.Write("manifest dïr/scripts/10env", "#!/bin/sh\necho \"greeting $GREETING\" > /etc/greeting\necho running\nrm /etc/old\nexit ${FAIL:-0}\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        SmallSystem.Make(folder["root"]);
        File.WriteAllText(folder["root/etc/old"], "old\n");
    }

    public void Dispose() => folder.Dispose();

    CommandRun Run(params string[] arguments) =>
        CommandRun.Start(new RunSettings(IsRoot: Processes.IsRoot) { Variables = new() { ["XDG_CACHE_HOME"] = folder["cache"], ["XDG_DATA_HOME"] = folder["data"] } }, arguments);

    static string[] Variables => ["--variable", "BASE=boot/small", "--variable", "GREETING=hi from $IMAGE_STREAM"];

    void AddBase(params string[] where)
    {
        Assert.Equal(0, Run(["mkdir", "boot", .. where]).ExitCode);
        Assert.Equal(0, Run(["mkdir", "boot/small", .. where]).ExitCode);
        var added = Run(["add", "boot/small/1", folder["root"], .. where]);
        Assert.True(added.ExitCode == 0, added.Error);
    }

    static void AssertNothingIsLeft(HashSet<string> before) => Assert.DoesNotContain(Remains(), path => !before.Contains(path));

    static HashSet<string> Remains() => [.. Directory.EnumerateFileSystemEntries(Path.GetTempPath(), "imagesdk-build-*"), .. Directory.EnumerateFileSystemEntries(Path.GetTempPath(), "imagesdk-tree-*")];

    [EngineFact]
    public async Task An_image_of_a_manifest_directory_is_added_to_a_server()
    {
        await using var server = await TestServer.StartAsync();
        string[] where = ["--server", $"127.0.0.1:{server.Port}"];
        AddBase(where);
        var run = Run(["build", "build-from-manifest", folder["manifest dïr"], "app/small", .. Variables, .. where]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches("^app/small/[0-9:-]+\n$", run.Output);
        var image = (await (await server.ConnectImagesAsync()).GetImageAsync(run.Output.Trim()))!;
        Assert.InRange(image.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Equal("greeting hi from app/small\n", Run(["get-file-in-image", run.Output.Trim(), "/etc/greeting", .. where]).Output);
        Assert.Contains("running\n", Run(["get-build-log", run.Output.Trim(), .. where]).Output, StringComparison.Ordinal);
        var failed = Run(["build", "build-from-manifest", folder["manifest dïr"], "app/small", .. Variables, "--variable", "FAIL=3", .. where]);
        Assert.Contains("running\n", failed.Error, StringComparison.Ordinal);
        Assert.Contains("imagesdk: error IMG3", failed.Error, StringComparison.Ordinal);
        Run("build", "build-from-manifest", folder["root"], "app/small").AssertError("IMG7362");
    }

    [EngineFact]
    public void An_image_of_a_manifest_directory_is_added_to_the_store()
    {
        AddBase();
        var before = Remains();
        var run = Run(["build", "build-from-manifest", folder["manifest dïr"], "app/small", "--expires-in", "0", .. Variables]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(0, Run("verify", "--content").ExitCode);
        Assert.DoesNotContain("/etc/old", Run("show", run.Output.Trim(), "--files").Output, StringComparison.Ordinal);
        AssertNothingIsLeft(before);
    }

    [EngineFact]
    public void A_tree_and_a_disk_are_made_of_a_manifest_directory()
    {
        AddBase();
        var before = Remains();
        var tree = Run(["build", "build-tree-from-manifest", folder["manifest dïr"], folder["out"], .. Variables]);
        Assert.True(tree.ExitCode == 0, tree.Error);
        Assert.Equal(folder["out"] + "\n", tree.Output);
        Assert.Equal("app\n", File.ReadAllText(folder["out/etc/app.conf"]));
        Assert.False(File.Exists(folder["out/etc/old"]));
        if (File.Exists("/usr/sbin/mkfs.ext4") || File.Exists("/sbin/mkfs.ext4"))
        {
            var disk = Run(["build", "build-raw-from-manifest", folder["manifest dïr"], folder["disk.raw"], "--make-bootable", "false", "--raw-size", "64M", .. Variables]);
            Assert.True(disk.ExitCode == 0, disk.Error);
            Assert.True(new FileInfo(folder["disk.raw"]).Length >= 64 << 20);
        }
        AssertNothingIsLeft(before);
    }

    [EngineFact]
    public void A_tree_is_changed_as_a_manifest_directory_says()
    {
        if (!Processes.IsRoot)
        {
            Run(["build", "process-manifest", folder["manifest dïr"], folder["root"], .. Variables]).AssertError("IMG7109");
            return;
        }
        var before = Remains();
        // A failure leaves it as it was.
        var failed = Run(["build", "process-manifest", folder["manifest dïr"], folder["root"], .. Variables, "--variable", "FAIL=3"]);
        Assert.Contains("imagesdk: error IMG3", failed.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["root/etc/old"]));
        var run = Run(["build", "process-manifest", folder["manifest dïr"], folder["root"], .. Variables]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("app\n", File.ReadAllText(folder["root/etc/app.conf"]));
        Assert.StartsWith("greeting ", File.ReadAllText(folder["root/etc/greeting"]), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["root/etc/old"]));
        AssertNothingIsLeft(before);
    }
}
