using ImageSdk.Building.State;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Disks;

/// <summary>A real Debian, on a disk and on a live medium, up to the login and behind it.</summary>
public class BootTests
{
    [BootFact]
    public async Task A_disk_and_a_live_medium_start_by_BIOS_and_by_UEFI()
    {
        using var workspace = new ImageWorkspace();
        await workspace.BuildAndPublishAsync(workspace.BaseProject());
        var directory = workspace.NewManifest("machine");
        ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "boot/debian12"}""");
        ImageWorkspace.Write(directory, "package-list", "initramfs-tools\nlinux-image-amd64\nsystemd-sysv\nudev\n");
        ImageWorkspace.Write(directory, "scripts/login", "#!/bin/sh\npasswd --delete root\n");
        var project = workspace.Project("test/machine", directory);
        await workspace.BuildAsync(project);
        var output = Path.Combine(workspace.Folder, "out");
        var raw = await workspace.MakeAsync(project, SampleImage.Request("raw", output, ["Partitions=[{\"MountPoint\":\"/srv/data\"}]", "RootGrow=true"]));
        var iso = await workspace.MakeAsync(project, SampleImage.Request("iso", output, ["Compression=lz4"]));
        // A larger disk than was made: the root is to grow.
        var larger = Path.Combine(output, "larger.qcow2");
        HostProgram.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", raw.Path, "-F", "raw", larger, "20G");
        string[] disk = ["-drive", $"file={larger},format=qcow2,if=virtio,snapshot=on"];
        string[] cd = ["-cdrom", iso.Path];
        // The usual machine of today has another controller.
        string[] sata = ["-machine", "q35", .. cd];

        // Two at once: each takes one processor.
        await Task.WhenAll(
            Task.Run(async () => { await LogInAsync(uefi: false, "ext2/ext3", "grown", disk); await LogInAsync(uefi: true, "ext2/ext3", "grown", disk); }),
            Task.Run(async () => { await LogInAsync(uefi: false, "overlayfs", "small", cd); await LogInAsync(uefi: true, "overlayfs", "small", sata); }));
    }

    static async Task LogInAsync(bool uefi, string rootType, string size, string[] medium)
    {
        for (var boots = 1; ; boots++)
            try
            {
                await LogInOnceAsync(uefi, rootType, size, medium);
                return;
            }
            catch (KernelPanicException) when (boots < 3)
            {
            }
    }

    static async Task LogInOnceAsync(bool uefi, string rootType, string size, string[] medium)
    {
        using var machine = new BootingMachine(uefi, medium);
        await machine.WaitForAsync("login: ");
        machine.Type("root\n");
        await machine.WaitForAsync("# ");
        // What is typed is shown as well; the answer has other words.
        machine.Type("echo root=$(stat -f -c %T /) firmware=$(test -d /sys/firmware/efi && echo uefi || echo bios) size=$(test $(stat -f -c %b /) -gt 4000000 && echo grown || echo small)\n");
        await machine.WaitForAsync($"root={rootType} firmware={(uefi ? "uefi" : "bios")} size={size}");
    }

    sealed class BootFactAttribute : FactAttribute
    {
        static readonly string[] Programs = ["qemu-system-x86_64", "qemu-img", "sfdisk", "mkfs.ext4", "mcopy", "grub-mkimage", "sqfstar", "xorriso"];

        static readonly string[] Files = [BootingMachine.UefiFirmware, "/usr/lib/grub/i386-pc/boot.img", "/usr/lib/grub/x86_64-efi/modinfo.sh"];

        // It takes minutes, and who made a disk makes no difference to the machine.
        public BootFactAttribute() => Skip = TestHost.WhyNot
            ?? (Programs.FirstOrDefault(program => !HostProgram.IsInstalled(program)) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null)
            ?? (Files.FirstOrDefault(file => !File.Exists(file)) is { } file ? $"needs {file}; eng/test.sh installs it" : null)
            ?? (Processes.IsRoot ? null : "runs once, as root");
    }
}
