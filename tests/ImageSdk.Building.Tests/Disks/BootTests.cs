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
        var raw = await workspace.MakeAsync(project, SampleImage.Request("raw", output, ["Partitions=[{\"MountPoint\":\"/srv/data\"}]"]));
        var iso = await workspace.MakeAsync(project, SampleImage.Request("iso", output, ["Compression=lz4"]));
        string[] disk = ["-drive", $"file={raw.Path},format=raw,if=virtio,snapshot=on"];
        string[] cd = ["-drive", $"file={iso.Path},format=raw,if=ide,media=cdrom,readonly=on"];

        // Two at once: each takes one processor.
        await Task.WhenAll(
            Task.Run(async () => { await LogInAsync(uefi: false, "ext2/ext3", disk); await LogInAsync(uefi: true, "ext2/ext3", disk); }),
            Task.Run(async () => { await LogInAsync(uefi: false, "overlayfs", cd); await LogInAsync(uefi: true, "overlayfs", cd); }));
    }

    static async Task LogInAsync(bool uefi, string rootType, string[] medium)
    {
        using var machine = new BootingMachine(uefi, medium);
        await machine.WaitForAsync("login: ");
        machine.Type("root\n");
        await machine.WaitForAsync("# ");
        // What is typed is shown as well; the answer has other words.
        machine.Type("echo root=$(stat -f -c %T /) firmware=$(test -d /sys/firmware/efi && echo uefi || echo bios)\n");
        await machine.WaitForAsync($"root={rootType} firmware={(uefi ? "uefi" : "bios")}");
    }

    sealed class BootFactAttribute : FactAttribute
    {
        static readonly string[] Programs = ["qemu-system-x86_64", "sfdisk", "mkfs.ext4", "mcopy", "grub-mkimage", "sqfstar", "xorriso"];

        static readonly string[] Files = [BootingMachine.UefiFirmware, "/usr/lib/grub/i386-pc/boot.img", "/usr/lib/grub/x86_64-efi/modinfo.sh"];

        // It takes minutes, and who made a disk makes no difference to the machine.
        public BootFactAttribute() => Skip = TestHost.WhyNot
            ?? (Programs.FirstOrDefault(program => !HostProgram.IsInstalled(program)) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null)
            ?? (Files.FirstOrDefault(file => !File.Exists(file)) is { } file ? $"needs {file}; eng/test.sh installs it" : null)
            ?? (Processes.IsRoot ? null : "runs once, as root");
    }
}
