using System.Globalization;
using System.Text.Json;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Bootstrapping;

/// <summary>A disk as clouds have them, that was started before: made, built on and repacked without a mount, so that whoever builds can do it.</summary>
public class CloudDiskTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const string EfiUuid = "C10D-D15C";

    /// <summary>What a machine writes when it starts for the first time, and what an image has of it.</summary>
    static readonly (string Path, string Content)[] states =
    [
        ("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"), ("/etc/ssh/ssh_host_ed25519_key", "a private key\n"), ("/etc/ssh/ssh_host_ed25519_key.pub", "a public key\n"),
        ("/var/lib/cloud/sem/config_scripts_per_once.once", "i-0123\n"), ("/var/lib/cloud/instances/user-data.txt", "secret\n"), ("/var/lib/cloud/data/previous-instance-id", "i-0122\n"),
    ];

    [ArtifactFact("sfdisk", "debugfs", "dumpe2fs", "e2fsck", "qemu-img", "mkfs.vfat", "mcopy", "mtype")]
    public async Task A_disk_of_a_cloud_is_built_on_and_repacked()
    {
        var source = await MakeDiskAsync();
        var before = PartitionsOf(source);
        Assert.Equal(states[0].Content, Read(source, before[1].Start, "/etc/machine-id"));

        var directory = @base.Workspace.NewManifest("on a cloud's");
        ImageWorkspace.Write(directory, "files/etc/mine", "mine\n");
        ImageWorkspace.Write(directory, "scripts/efi", "#!/bin/sh\nprintf changed > /boot/efi/EFI/added\n");
        var project = @base.Workspace.Project("test/on-cloud", directory) with { Bootstrap = new() { SourceFile = source, PackagerType = "deb" } };
        var built = await @base.Workspace.BuildAsync(project);
        Assert.IsType<RegularInode>(built.Find("/boot/efi/EFI/loader"));
        foreach (var (path, _) in states.Skip(1))
            Assert.Null(built.Find(path));
        Assert.Equal(0ul, Assert.IsType<RegularInode>(built.Find("/etc/machine-id")).Size);

        var made = await @base.Workspace.MakeAsync(project, new("repack", new Dictionary<string, string>(), Path.Combine(@base.Workspace.Folder, "repacked clöud")));
        var raw = made.Path + ".raw";
        HostProgram.Run("qemu-img", "convert", "-O", "raw", made.Path, raw);
        var after = PartitionsOf(raw);
        Assert.Equal(before, after);
        var (efi, root) = (after[0], after[1]);
        HostProgram.Run("e2fsck", "-fn", $"{raw}?offset={root.Start}");
        Assert.Equal(IdentityOf(source, root.Start), IdentityOf(raw, root.Start));
        Assert.Equal("mine\n", Read(raw, root.Start, "/etc/mine"));
        foreach (var (path, content) in states)
            Assert.NotEqual(content, Read(raw, root.Start, path));
        // What is mounted elsewhere is there, and not below the mount as well.
        Assert.Equal("changed", HostProgram.Run("mtype", "-i", $"{raw}@@{efi.Start}", "::/EFI/added"));
        Assert.Equal("loader", HostProgram.Run("mtype", "-i", $"{raw}@@{efi.Start}", "::/EFI/loader"));
        Assert.DoesNotContain("EFI", HostProgram.Run("debugfs", "-R", "ls -p /boot/efi", $"{raw}?offset={root.Start}"), StringComparison.Ordinal);
        File.Delete(raw);
        File.Delete(source);
    }

    /// <summary>Before anything is fetched or built.</summary>
    [ArtifactFact]
    public void An_archive_of_files_is_not_repacked()
    {
        var directory = @base.Workspace.NewManifest("on an archive");
        ImageWorkspace.Write(directory, "root.TAR.XZ", "never read");
        var project = @base.Workspace.Project("test/on-archive", directory);
        foreach (var bootstrap in new Contracts.Projects.BootstrapSettings[]
        {
            new() { SourceFile = Path.Combine(directory, "root.TAR.XZ"), PackagerType = "deb" },
            new() { Download = new("http://user:secret@127.0.0.1:1/root.tar.zst?x=1"), PackagerType = "deb" },
        })
        {
            var build = new ImageBuild(@base.Workspace.StateOf(project), new RecordingListener());
            build.Prepare(project with { Bootstrap = bootstrap });
            var error = Assert.Throws<BuildException>(() => build.PrepareArtifacts([new("repack", new Dictionary<string, string>(), Path.Combine(directory, "out"))], @base.Workspace.Workers));
            Assert.Equal("IMG6393", error.Diagnostic.Code);
            Assert.Contains("an archive of files", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>GPT, an EFI system partition and ext4.</summary>
    async Task<string> MakeDiskAsync()
    {
        var (below, files) = @base.New("below-cloud");
        ImageWorkspace.Write(files, "files/etc/fstab", $"LABEL=root / ext4 defaults 0 1\nUUID={EfiUuid} /boot/efi vfat umask=0077 0 1\n");
        ImageWorkspace.Write(files, "files/etc/ssh/sshd_config", "\n");
        ImageWorkspace.Write(files, "files/var/lib/cloud/scripts/per-boot/mine", "#!/bin/sh\n");
        await @base.Workspace.BuildAsync(below);
        var folder = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, "clöud disk")).FullName;
        var plain = (await @base.Workspace.MakeAsync(below, new("raw", new Dictionary<string, string> { ["Bootable"] = "false", ["FreeSpace"] = "16M" }, folder))).Path;
        var (start, size) = PartitionsOf(plain)[^1];
        var disk = Path.Combine(folder, "disk.img");
        HostProgram.Run("sh", "-ec", """
            cd "$1"; truncate -s 4M esp; mkfs.vfat -i "$5" esp > /dev/null; mmd -i esp ::/EFI; printf loader > loader; mcopy -i esp loader ::/EFI/loader
            truncate -s $((6 * 1048576 + $4)) disk.img; printf 'label: gpt\nstart=2048, size=8192, type=uefi\nstart=10240, size=%s, type=linux\n' $(($4 / 512)) | sfdisk -q disk.img
            dd if=esp of=disk.img bs=1M seek=1 conv=notrunc status=none; dd if="$2" of=disk.img bs=1M skip=$(($3 / 1048576)) seek=5 count=$(($4 / 1048576)) conv=notrunc,sparse status=none
            rm "$2" esp loader
            """, "sh", folder, plain, start.ToString(CultureInfo.InvariantCulture), size.ToString(CultureInfo.InvariantCulture), EfiUuid.Replace("-", "", StringComparison.Ordinal));
        var root = $"{disk}?offset={PartitionsOf(disk)[1].Start}";
        var commands = Path.Combine(folder, "commands");
        foreach (var parent in states.Select(state => Path.GetDirectoryName(state.Path)!).Where(parent => parent.StartsWith("/var", StringComparison.Ordinal)).Distinct())
            await File.AppendAllTextAsync(commands, $"mkdir {parent}\n");
        foreach (var (index, (path, content)) in states.Index())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"state{index}"), content);
            await File.AppendAllTextAsync(commands, $"rm {path}\nwrite \"{folder}/state{index}\" {path}\n");
        }
        HostProgram.Run("debugfs", "-w", "-f", commands, root);
        return disk;
    }

    static string Read(string disk, long start, string path) => HostProgram.Run("debugfs", "-R", $"cat {path}", $"{disk}?offset={start}");

    static string IdentityOf(string disk, long start) => string.Join('\n', HostProgram.Run("dumpe2fs", "-h", $"{disk}?offset={start}").Split('\n')
        .Where(line => line.StartsWith("Filesystem UUID:", StringComparison.Ordinal) || line.StartsWith("Filesystem volume name:", StringComparison.Ordinal)));

    static IReadOnlyList<(long Start, long Size)> PartitionsOf(string disk)
    {
        using var table = JsonDocument.Parse(HostProgram.Run("sfdisk", "--json", disk));
        return [.. table.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray()
            .Select(partition => (partition.GetProperty("start").GetInt64() * 512, partition.GetProperty("size").GetInt64() * 512))];
    }
}
