using ImageSdk.Building.State;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Settings;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Disks;

/// <summary>A real Debian, on a disk and on a live medium, up to the login and behind it.</summary>
public class BootTests(BootTests.Machine machine) : IClassFixture<BootTests.Machine>
{
    /// <summary>Images that boot, on one base.</summary>
    public sealed class Machine : IAsyncLifetime
    {
        internal ImageWorkspace Workspace { get; } = new();

        public async Task InitializeAsync()
        {
            if (BootFactAttribute.WhyNot is null)
                await Workspace.BuildAndPublishAsync(Workspace.BaseProject());
        }

        /// <summary>One that root logs in to without a password.</summary>
        internal async Task<ImageProject> BuildAsync(string kernel)
        {
            var directory = Workspace.NewManifest(kernel);
            ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "boot/debian12"}""");
            ImageWorkspace.Write(directory, "package-list", $"initramfs-tools\n{kernel}\nsystemd-sysv\nudev\n");
            ImageWorkspace.Write(directory, "scripts/login", "#!/bin/sh\npasswd --delete root\nmkdir -p /boot/efi\n");
            var project = Workspace.Project($"test/{kernel}", directory);
            await Workspace.BuildAsync(project);
            return project;
        }

        public Task DisposeAsync()
        {
            Workspace.Dispose();
            return Task.CompletedTask;
        }
    }

    [BootFact]
    public async Task A_disk_and_a_live_medium_start_by_BIOS_and_by_UEFI()
    {
        var (workspace, project) = (machine.Workspace, await machine.BuildAsync("linux-image-amd64"));
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

    [BootFact]
    public async Task A_signed_disk_with_a_checked_root_starts_with_what_the_settings_of_its_image_say_and_not_when_changed()
    {
        var workspace = machine.Workspace;
        var directory = workspace.NewManifest("settings");
        ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "boot/debian12"}""");
        ImageWorkspace.Write(directory, "package-list", "dmsetup\ninitramfs-tools\nlinux-image-cloud-amd64\nsystemd-sysv\nudev\n");
        var project = workspace.Project("test/settings", directory) with
        {
            Settings = new()
            {
                Users = [new("deploy") { Uid = 4321 }],
                Hostname = "web-7",
                Timezone = "Asia/Tokyo",
                KernelCommandLine = "console=ttyS0,115200n8 settings.marker=1",
                Sysctl = [new("vm.swappiness", "7")],
                Networks = [new("br0") { IsBridge = true, IsRequired = false, Addresses = ["192.0.2.10/24"] }],
                Mounts = [new("/srv/fast", "tmpfs") { Type = "tmpfs", Options = ["size=1M"] }],
                Units =
                [
                    new("serial-getty@ttyS0.service") { DropIn = "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --keep-baud 115200 - $TERM\n" },
                    new("reads.service") { State = UnitState.Enabled, Text = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'cat \"$CREDENTIALS_DIRECTORY/token\" > /run/read'\n[Install]\nWantedBy=multi-user.target\n" },
                    new("apt-daily.timer") { State = UnitState.Masked },
                ],
                Credentials = [new("token") { Units = ["reads.service"], TargetPath = "/etc/kept/token", Owner = "deploy" }],
            },
        };
        await workspace.BuildAsync(project);
        var output = Path.Combine(workspace.Folder, "settings out");
        var (ours, others) = (Path.Combine(workspace.Folder, "ours.key"), Path.Combine(workspace.Folder, "other.key"));
        HostProgram.Run("openssl", "rsa", "-in", BootingMachine.TestKey, "-passin", "pass:snakeoil", "-out", ours);
        HostProgram.Run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-keyout", others, "-out", others + ".pem");
        var disk = await MakeAsync(ours, BootingMachine.TestCertificate);
        var changed = Path.Combine(output, "changed.raw");
        HostProgram.Run("cp", "--sparse=always", disk, changed);
        // The root directory is looked at by all.
        var root = PartitionsOf(disk).ElementAt(1);
        ChangeByte(changed, root.Start + RootDirectoryOf(disk, root.Start));
        await Task.WhenAll(Task.Run(() => StartAsync(disk)), Task.Run(async () =>
        {
            await RefuseAsync(changed, "data block", "panic");
            await RefuseAsync(await MakeAsync(others, others + ".pem"), "Access Denied");
        }));

        async Task<string> MakeAsync(string key, string certificate) => (await workspace.MakeAsync(project, SampleImage.Request("raw", output,
            ["Boot=uki", "Verity=overlay", $"SecureBootKey={key}", $"SecureBootCertificate={certificate}", $"OutputName={Path.GetFileName(key)}.raw"]))).Path;

        static Task StartAsync(string disk) => AnswerAsync(uefi: true, ["-drive", $"file={disk},format=raw,if=virtio,snapshot=on", "-smbios", "type=11,value=io.systemd.credential:token=given"],
            "until systemctl is-active -q image-credential-token reads systemd-networkd; do sleep 1; done; echo host=$(hostname) user=$(id -u deploy) zone=$(date +%Z) swappiness=$(cat /proc/sys/vm/swappiness) option=$(grep -c settings.marker=1 /proc/cmdline) "
            + "kept=$(cat /etc/kept/token),$(stat -c %a,%U /etc/kept/token) read=$(cat /run/read) bridge=$(cat /sys/class/net/br0/bridge/root_port) fast=$(stat -f -c %T /srv/fast) timer=$(systemctl is-enabled apt-daily.timer) "
            + "secure=$(dmesg | grep -c 'ecure boot enabled') root=$(findmnt -n -o FSTYPE /) checked=$(dmsetup status root | cut -d' ' -f4)",
            "host=web-7 user=4321 zone=JST swappiness=7 option=1 kept=given,600,deploy read=given bridge=0 fast=tmpfs timer=masked secure=1 root=overlay checked=V", logsIn: false, secure: true);

        static async Task RefuseAsync(string disk, params string[] messages)
        {
            using var machine = new BootingMachine(uefi: true, ["-drive", $"file={disk},format=raw,if=virtio,snapshot=on"], secure: true);
            foreach (var message in messages)
                await machine.WaitForAsync(message, panics: true);
        }
    }

    static void ChangeByte(string disk, long place)
    {
        using var file = File.OpenHandle(disk, FileMode.Open, FileAccess.ReadWrite);
        var bytes = new byte[1];
        RandomAccess.Read(file, bytes, place);
        bytes[0] ^= 1;
        RandomAccess.Write(file, bytes, place);
    }

    static long RootDirectoryOf(string disk, long start) =>
        4096 * long.Parse(HostProgram.Run("debugfs", "-R", "blocks /", $"{disk}?offset={start}").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)[0], System.Globalization.CultureInfo.InvariantCulture);

    [BootFact]
    public async Task A_repacked_disk_starts_where_its_source_did()
    {
        var (workspace, folder) = (machine.Workspace, Path.Combine(machine.Workspace.Folder, "sources"));
        var gpt = (await workspace.MakeAsync(await machine.BuildAsync("linux-image-cloud-amd64"), SampleImage.Request("raw", folder, ["Partitions=[{\"MountPoint\":\"/boot\",\"MinimumFreeBytes\":8000000}]", "FreeSpace=1M"]))).Path;
        var mbr = Path.Combine(folder, "mbr.raw");
        WithMasterBootRecord(gpt, mbr);

        await Task.WhenAll(Task.Run(() => CheckAsync("gpt", gpt)), Task.Run(() => CheckAsync("mbr", mbr)));

        async Task CheckAsync(string name, string source)
        {
            var directory = workspace.NewManifest($"repacked-{name}");
            ImageWorkspace.Write(directory, "package-list", "hello\n");
            // More than the root has room for.
            ImageWorkspace.Write(directory, "scripts/fill", "#!/bin/sh\ndd if=/dev/urandom of=/srv/large bs=1M count=150 status=none\necho changed > /boot/changed\n");
            var project = workspace.Project($"test/repacked-{name}", directory) with { Bootstrap = new() { SourceFile = source, PackagerType = "deb" } };
            await workspace.BuildAsync(project);
            var disk = (await workspace.MakeAsync(project, SampleImage.Request("repack", Path.Combine(workspace.Folder, $"repacked {name}")))).Path;
            string[] medium = ["-drive", $"file={disk},format=qcow2,if=virtio,snapshot=on"];
            var (boot, root) = name == "gpt" ? (3, 4) : (2, 3);
            var (bootUuid, rootUuid) = (UuidOf(source, boot), UuidOf(source, root));
            foreach (var uefi in new[] { false, true })
                await AnswerAsync(uefi, medium,
                    "echo firmware=$(test -d /sys/firmware/efi && echo uefi || echo bios) root=$(findmnt -n -o UUID /) boot=$(findmnt -n -o UUID /boot) $(cat /boot/changed) $(hello -g added) $(stat -c %s /srv/large)",
                    $"firmware={(uefi ? "uefi" : "bios")} root={rootUuid} boot={bootUuid} changed added {150 << 20}");
        }
    }

    /// <summary>Gives a disk with a GPT a table of the old kind, in which the partition of GRUB is none.</summary>
    static void WithMasterBootRecord(string gpt, string mbr)
    {
        HostProgram.Run("cp", "--sparse=always", gpt, mbr);
        var script = new System.Text.StringBuilder("label: dos\n");
        foreach (var (index, (start, size)) in PartitionsOf(gpt).Skip(1).Index())
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $"start={start / 512}, size={size / 512}, type={(index == 0 ? "ef" : "83")}\n");
        File.WriteAllText(mbr + ".table", script.ToString());
        HostProgram.Run("sh", "-c", "sfdisk --quiet --wipe always \"$1\" < \"$1.table\"", "sh", mbr);
        // sfdisk need not keep the loader's first part.
        using var disk = File.OpenHandle(mbr, FileMode.Open, FileAccess.ReadWrite);
        var loader = new byte[440];
        using (var from = File.OpenRead(gpt))
            from.ReadExactly(loader);
        RandomAccess.Write(disk, loader, 0);
    }

    static IEnumerable<(long Start, long Size)> PartitionsOf(string disk)
    {
        using var table = System.Text.Json.JsonDocument.Parse(HostProgram.Run("sfdisk", "--json", disk));
        return [.. table.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray()
            .Select(partition => (partition.GetProperty("start").GetInt64() * 512, partition.GetProperty("size").GetInt64() * 512))];
    }

    static string UuidOf(string disk, int partition) =>
        HostProgram.Run("dumpe2fs", "-h", $"{disk}?offset={PartitionsOf(disk).ElementAt(partition - 1).Start}").Split('\n')
            .First(line => line.StartsWith("Filesystem UUID:", StringComparison.Ordinal)).Split(':')[1].Trim();

    static Task LogInAsync(bool uefi, string rootType, string size, string[] medium) => AnswerAsync(uefi, medium,
        "echo root=$(stat -f -c %T /) firmware=$(test -d /sys/firmware/efi && echo uefi || echo bios) size=$(test $(stat -f -c %b /) -gt 4000000 && echo grown || echo small)",
        $"root={rootType} firmware={(uefi ? "uefi" : "bios")} size={size}");

    /// <summary>Boots, logs in and types a command.</summary>
    /// <param name="answer">In other words than the command, as what is typed is shown as well.</param>
    /// <param name="logsIn">False where the machine does.</param>
    static async Task AnswerAsync(bool uefi, string[] medium, string command, string answer, bool logsIn = true, bool secure = false)
    {
        for (var boots = 1; ; boots++)
            try
            {
                await AnswerOnceAsync(uefi, medium, command, answer, logsIn, secure);
                return;
            }
            catch (KernelPanicException) when (boots < 3)
            {
            }
    }

    static async Task AnswerOnceAsync(bool uefi, string[] medium, string command, string answer, bool logsIn, bool secure)
    {
        using var machine = new BootingMachine(uefi, medium, secure);
        await machine.WaitForAsync("login: ");
        if (logsIn)
            machine.Type("root\n");
        await machine.WaitForAsync("# ");
        machine.Type(command + "\n");
        await machine.WaitForAsync(answer);
    }

    sealed class BootFactAttribute : FactAttribute
    {
        static readonly string[] Programs = ["qemu-system-x86_64", "qemu-img", "sfdisk", "mkfs.ext4", "mcopy", "grub-mkimage", "sqfstar", "xorriso", "openssl"];

        static readonly string[] Files = [BootingMachine.UefiFirmware, "/usr/lib/grub/i386-pc/boot.img", "/usr/lib/grub/x86_64-efi/modinfo.sh", "/usr/lib/systemd/boot/efi/linuxx64.efi.stub", BootingMachine.SecureCode, BootingMachine.SecureVariables, BootingMachine.TestKey];

        // It takes minutes, and who made a disk makes no difference to the machine.
        public static string? WhyNot { get; } = TestHost.WhyNot
            ?? (Programs.FirstOrDefault(program => !HostProgram.IsInstalled(program)) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null)
            ?? (Files.FirstOrDefault(file => !File.Exists(file)) is { } file ? $"needs {file}; eng/test.sh installs it" : null)
            ?? (Processes.IsRoot ? null : "runs once, as root");

        public BootFactAttribute() => Skip = WhyNot;
    }
}
