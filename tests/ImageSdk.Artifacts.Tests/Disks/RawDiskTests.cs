using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Artifacts.Disks;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Tests.Disks;

/// <summary>Disks, as the programs see them that know their forms.</summary>
[Trait("Category", "Disk")]
public sealed class RawDiskTests : IDisposable
{
    readonly SampleRoot sample = new();

    public void Dispose() => sample.Dispose();

    static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    [DiskFact]
    public void A_disk_passes_the_checks_of_its_table_and_its_file_systems()
    {
        for (var index = 0; index < 3000; index++)
            sample.AddFile($"/var/lib/{index:D5}-{new string('x', index % 200)}", index % 7 == 0 ? "" : $"{index}");
        sample.AddFile("/var/holes", [.. new byte[1 << 20], .. "end"u8]);
        for (var piece = 0; piece < 20; piece++)
            sample.AddFile($"/var/pieces{piece}", [.. Random(5000), .. new byte[9000], .. Random(100_000)]);

        var disk = sample.Make("raw");

        Assert.Contains("No errors detected", DiskTools.Run("sfdisk", "--verify", disk));
        var partitions = SampleRoot.PartitionsOf(disk);
        Assert.Equal(3, partitions.Count);
        DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={partitions[2].Start}");
        var efi = Path.Combine(sample.Folder, "efi");
        File.WriteAllBytes(efi, File.ReadAllBytes(disk).AsSpan((int)partitions[1].Start, (int)partitions[1].Size));
        DiskTools.Run("fsck.vfat", "-n", efi);
        Assert.Contains("BOOTX64", DiskTools.Run("mdir", "-i", efi, "::/EFI/BOOT"));
        Assert.Contains("Volume label is EFI", DiskTools.Run("mlabel", "-s", "-i", efi, "::"));
    }

    [DiskFact]
    public void A_file_system_has_what_the_tree_has()
    {
        var content = Random(3_000_001);
        sample.AddFile("/var/one", content, 0b100_111_101_101, uid: 70_000, modified: new FileTime(1_000_000_000, 123_456_789));
        sample.AddLink("/var/two", "/var/one");
        sample.AddDevice("/dev/console", InodeMode.Character, 0x501);
        sample.AddDevice("/dev/far", InodeMode.Block, Posix.DeviceNumber.Encode(259, 300));
        sample.AddSymlink("/var/short", "one");
        sample.AddSymlink("/var/long", new string('l', 200));
        sample.AddFile("/var/able", "x"u8.ToArray(), attributes:
            [("security.capability", Random(20)), ("user.note", "noted"u8.ToArray())]);
        sample.AddFile("/var/noted", "y"u8.ToArray(), attributes: [("user.large", Random(2000)), ("user.small", "s"u8.ToArray())]);
        sample.AddFile("/var/sorted", "z"u8.ToArray(), attributes:
            [("trusted.a", Random(200)), ("user.aaa", Random(200)), ("user.b", Random(200)), ("user.a", "first"u8.ToArray()), ("security.longer", "l"u8.ToArray()), ("security.x", "x"u8.ToArray())]);
        sample.AddFile(new ByteString([.. "/var/"u8, 0xFF, (byte)'\n', (byte)' ', (byte)'"']), "odd");

        var disk = sample.Make("raw");

        var root = SampleRoot.PartitionsOf(disk)[2];
        DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={root.Start}");
        var one = SampleRoot.Inspect(disk, root, "stat /var/one");
        Assert.Contains("Mode:  04755", one);
        Assert.Matches(@"User: 70000 +Group: 70000 +.*Size: 3000001", one);
        Assert.Contains("Links: 2", one);
        // Nanoseconds are four times themselves there: 123456789 * 4 = 0x1d6f3454.
        Assert.Contains("mtime: 0x3b9aca00:1d6f3454 -- Sun Sep  9 01:46:40 2001", one);
        Assert.Contains("ctime: 0x6553f100:00000000", one);
        var copy = Path.Combine(sample.Folder, "copy");
        SampleRoot.Inspect(disk, root, $"dump /var/two \"{copy}\"");
        Assert.Equal(content, File.ReadAllBytes(copy));
        Assert.Contains("Device major/minor number: 05:01", SampleRoot.Inspect(disk, root, "stat /dev/console"));
        Assert.Contains("(New-style) Device major/minor number: 259:300", SampleRoot.Inspect(disk, root, "stat /dev/far"));
        Assert.Contains("Fast link dest: \"one\"", SampleRoot.Inspect(disk, root, "stat /var/short"));
        Assert.Equal(new string('l', 200), SampleRoot.Inspect(disk, root, "cat /var/long"));
        Assert.Contains("security.capability (20)", SampleRoot.Inspect(disk, root, "ea_list /var/able"));
        Assert.Contains("user.large (2000)", SampleRoot.Inspect(disk, root, "ea_list /var/noted"));
        // By index, length and name: the kernel ends its search where a greater one comes.
        Assert.Equal(
            ["user.a", "user.b", "user.aaa", "trusted.a", "security.x", "security.longer"],
            SampleRoot.Inspect(disk, root, "ea_list /var/sorted").Split('\n').Skip(1).Where(line => line.Contains('(')).Select(line => line.Trim().Split(' ')[0]));
        Assert.Equal("noted\n", SampleRoot.Inspect(disk, root, "ea_get -V /var/able user.note"));
    }

    [DiskFact]
    public void Equal_trees_give_equal_disks_whatever_the_order_of_the_folder()
    {
        for (var index = 0; index < 50; index++)
            sample.AddFile($"/var/{index}", $"{index}");
        sample.AddDevice("/dev/null", InodeMode.Character, 0x103);

        var first = sample.Make("raw");
        var second = sample.Make("raw", backwards: true);

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [DiskFact]
    public void The_disk_says_what_is_mounted_and_booted()
    {
        var disk = sample.Make("raw", settings: [("KernelCommandLine", "console=ttyS0 dyndbg=\"file a.c +p\""), ("ExtraKernelOptions", "net.ifnames=0 quiet"), ("BootTimeout", "7"), ("RootBy", "label"), ("RootLabel", "system")]);

        var root = SampleRoot.PartitionsOf(disk)[2];
        Assert.Equal(
            "LABEL=system           /          ext4  defaults   0 1\n# kept\ntmpfs /tmp tmpfs defaults 0 0\n",
            SampleRoot.Inspect(disk, root, "cat /etc/fstab"));
        var menu = SampleRoot.Inspect(disk, root, "cat /boot/grub/grub.cfg");
        Assert.Contains("linux /boot/vmlinuz-6.1.0-10-test 'root=LABEL=system' 'ro' 'console=ttyS0' 'dyndbg=file a.c +p' 'net.ifnames=0' 'quiet'\n", menu);
        Assert.Contains("initrd /boot/initrd.img-6.1.0-10-test\n", menu);
        Assert.Contains("set timeout=7\n", menu);
    }

    [DiskFact]
    public void Extra_partitions_take_what_lies_below_their_mount_points()
    {
        sample.AddDirectory("/var/lib/data", uid: 5);
        sample.AddFile("/var/lib/data/file", "data");
        sample.AddFile("/var/other", "other");

        var disk = sample.Make("raw", settings:
        [
            ("Partitions", """
                [{ "MountPoint": "/var/lib/data", "FileSystemLabel": "data", "MinimumBytes": 67108865, "RootUserId": 1000, "RootGroupId": 1001 },
                 { "MountPoint": "/var", "ReservedBlocksPercentage": 0 }, { "MountPoint": "/srv/new" }]
                """),
        ]);

        var partitions = SampleRoot.PartitionsOf(disk);
        Assert.Equal(6, partitions.Count);
        foreach (var partition in partitions.Skip(2))
            DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={partition.Start}");
        var (empty, variable, data, root) = (partitions[2], partitions[3], partitions[4], partitions[5]);
        Assert.Equal("", SampleRoot.Inspect(disk, root, "cat /var/other"));
        Assert.Contains("Type: directory", SampleRoot.Inspect(disk, root, "stat /srv/new"));
        Assert.Contains("Filesystem volume name:   new", SampleRoot.Inspect(disk, empty, "stats"));
        Assert.Equal("other", SampleRoot.Inspect(disk, variable, "cat /other"));
        Assert.Contains("User:     5", SampleRoot.Inspect(disk, variable, "stat /lib/data"));
        Assert.Equal("data", SampleRoot.Inspect(disk, data, "cat /file"));
        Assert.Matches("User: +1000 +Group: +1001", SampleRoot.Inspect(disk, data, "stat /"));
        Assert.True(data.Size >= 64 << 20);
        Assert.All(partitions, partition => Assert.Equal((0, 0), (partition.Start % (1 << 20), partition.Size % (1 << 20))));
        Assert.Equal(["/", "/srv/new", "/var", "/var/lib/data"],
            SampleRoot.Inspect(disk, root, "cat /etc/fstab").Split('\n').Where(line => line.StartsWith("UUID=")).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
    }

    [DiskFact]
    public void The_root_lies_last_so_that_it_can_grow_unless_others_are_to_lie_behind_it()
    {
        using var grown = new SampleRoot();
        AddGrowers(grown);
        var disk = grown.Make("raw", settings:
        [
            ("Partitions", """[{ "MountPoint": "/data" }, { "MountPoint": "/before" }]"""), ("RootGrow", "true"), ("DiskSize", "1G"), ("Firmware", "bios"),
        ]);

        Assert.Equal(["bios", "before", "data", "root"], NamesOf(disk));
        var root = SampleRoot.PartitionsOf(disk)[3];
        Assert.Equal((1L << 30) - (1 << 20), root.Start + root.Size);
        Assert.Matches(@"^UUID=\S+ +/ +ext4 +defaults,x-systemd.growfs 0 1\n", SampleRoot.Inspect(disk, root, "cat /etc/fstab"));
        Assert.Contains("Type=root\n", SampleRoot.Inspect(disk, root, "cat /etc/repart.d/010-root.conf"));

        disk = grown.Make("raw", settings:
        [
            ("Partitions", """[{ "MountPoint": "/a", "AfterRoot": true, "Grow": true }, { "MountPoint": "/b" }]"""), ("DiskSize", "1G"), ("Firmware", "bios"),
        ]);
        Assert.Equal(["bios", "b", "root", "a"], NamesOf(disk));
        var (plain, last) = (SampleRoot.PartitionsOf(disk)[2], SampleRoot.PartitionsOf(disk)[3]);
        Assert.True(last.Size > plain.Size);
        DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={last.Start}");
        Assert.Matches(@"/a +ext4 +defaults,x-systemd.growfs 0 2\n", SampleRoot.Inspect(disk, plain, "cat /etc/fstab"));
        Assert.Contains("Type=linux-generic\nWeight=0\n", SampleRoot.Inspect(disk, plain, "cat /etc/repart.d/010-b.conf"));
        Assert.Contains("Type=linux-generic\nWeight=1000\n", SampleRoot.Inspect(disk, plain, "cat /etc/repart.d/011-a.conf"));

        static IEnumerable<string?> NamesOf(string disk)
        {
            using var table = System.Text.Json.JsonDocument.Parse(DiskTools.Run("sfdisk", "--json", disk));
            return [.. table.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray().Select(partition => partition.GetProperty("name").GetString())];
        }
    }

    [DiskFact]
    public void What_cannot_grow_is_said()
    {
        Assert.Equal("IMG6162", Assert.Throws<ArtifactException>(() => sample.Make("raw", settings: [("RootGrow", "true")])).Code);
        Assert.Equal("IMG6023", Assert.Throws<ArtifactException>(() => sample.Make("raw", settings:
            [("RootGrow", "true"), ("Partitions", """[{ "MountPoint": "/a", "AfterRoot": true }]""")])).Code);
        Assert.Equal("IMG6023", Assert.Throws<ArtifactException>(() => sample.Make("raw", settings: [("Partitions", """[{ "MountPoint": "/a", "Grow": true }]""")])).Code);

        AddGrowers(sample, "growpart", "cloud-init");
        sample.Make("raw", settings: [("RootGrow", "true")]);
        Assert.Equal("IMG6162", Assert.Throws<ArtifactException>(() => sample.Make("raw", settings:
            [("Partitions", """[{ "MountPoint": "/a", "AfterRoot": true, "Grow": true }]""")])).Code);
    }

    static void AddGrowers(SampleRoot sample, params string[] partition)
    {
        sample.AddDirectory("/usr/bin");
        sample.AddDirectory("/usr/lib/systemd");
        sample.AddFile("/usr/lib/systemd/systemd-growfs", "grows file systems");
        foreach (var program in partition is [] ? ["systemd-repart"] : partition)
            sample.AddFile($"/usr/bin/{program}", "grows partitions");
    }

    [DiskFact]
    public void A_size_that_is_given_counts()
    {
        var disk = sample.Make("raw", settings: [("DiskSize", "1G"), ("Firmware", "uefi")]);
        Assert.Equal(1 << 30, new FileInfo(disk).Length);
        var partitions = SampleRoot.PartitionsOf(disk);
        Assert.Equal(2, partitions.Count);
        Assert.Equal((1L << 30) - (130L << 20), partitions[1].Size);

        var error = Assert.Throws<ArtifactException>(() => sample.Make("raw", settings: [("DiskSize", "200M"), ("FreeSpace", "100M")]));
        Assert.Equal("IMG6025", error.Code);
        Assert.Contains("200MiB", error.Message);
    }

    [DiskFact]
    public void A_btrfs_root_passes_its_check()
    {
        sample.AddFile("/var/file", Random(100_000));
        sample.AddDirectory("/srv");
        sample.AddFile("/srv/apart", "apart");

        var disk = sample.Make("raw", settings: [("FileSystem", "btrfs"), ("Partitions", """[{ "MountPoint": "/srv", "FileSystemType": "btrfs" }]""")]);

        var (apart, root) = (Extract(disk, 2), Extract(disk, 3));
        DiskTools.Run("btrfs", "check", apart);
        DiskTools.Run("btrfs", "check", root);
        // It has the identifiers by which it is mounted.
        var restored = Directory.CreateDirectory(Path.Combine(sample.Folder, "restored")).FullName;
        DiskTools.Run("btrfs", "restore", root, restored);
        var table = File.ReadAllText(Path.Combine(restored, "etc/fstab"));
        Assert.Contains($"UUID={UuidOf(root)} / btrfs", Regex.Replace(table, " +|\t+", " "), StringComparison.Ordinal);
        Assert.Contains($"UUID={UuidOf(apart)} /srv btrfs", Regex.Replace(table, " +|\t+", " "), StringComparison.Ordinal);
    }

    [DiskFact]
    public void A_btrfs_is_made_again_where_a_device_of_the_machine_has_its_UUID()
    {
        if (!Processes.IsRoot)
            return;
        var first = sample.Make("raw", settings: [("FileSystem", "btrfs")]);
        var device = DiskTools.Run("losetup", "--find", "--show", "--read-only", Extract(first, 2)).Trim();
        try
        {
            var second = Extract(sample.Make("raw", settings: [("FileSystem", "btrfs")]), 2);
            DiskTools.Run("btrfs", "check", second);
            Assert.Equal(UuidOf(device), UuidOf(second));
        }
        finally
        {
            DiskTools.Run("losetup", "--detach", device);
        }
    }

    static string UuidOf(string file) => DiskTools.Run("blkid", "--probe", "--output", "value", "--match-tag", "UUID", file).Trim();

    /// <summary>A partition of a disk, as a file.</summary>
    static string Extract(string disk, int index)
    {
        var (start, size) = SampleRoot.PartitionsOf(disk)[index];
        var part = $"{disk}.{index}";
        SparseFile.Create(part, size);
        using var from = File.OpenRead(disk);
        using var to = File.OpenWrite(part);
        from.Position = start;
        var buffer = new byte[1 << 20];
        for (var left = size; left > 0; left -= buffer.Length)
        {
            from.ReadExactly(buffer);
            if (buffer.AsSpan().ContainsAnyExcept((byte)0))
                to.Write(buffer);
            else
                to.Seek(buffer.Length, SeekOrigin.Current);
        }
        return part;
    }

    [DiskFact]
    public void Disks_of_hypervisors_hold_the_raw_one()
    {
        var raw = sample.Make("raw");
        foreach (var (format, name) in new[] { ("qcow2", "qcow2"), ("vmdk", "vmdk"), ("vhd", "vpc") })
        {
            var disk = sample.Make(format);
            if (format != "vhd")
                DiskTools.Run("qemu-img", "check", disk);
            Assert.Contains("identical", DiskTools.Run("qemu-img", "compare", "-f", "raw", "-F", name, raw, disk));
        }
    }

    [DiskFact]
    public void A_vhd_is_as_Azure_takes_it_and_the_same_each_time()
    {
        var disk = sample.Make("vhd", settings: [("DiskSize", "700000000")]);
        var dynamic = sample.Make("vhd", settings: [("VhdType", "dynamic"), ("DiskSize", "700000000")]);

        const long mebibyte = 1 << 20;
        var length = new FileInfo(disk).Length - 512;
        Assert.Equal((700_000_000 + mebibyte - 1) / mebibyte * mebibyte, length);
        Assert.True(new FileInfo(dynamic).Length < length);
        foreach (var (file, type) in new[] { (disk, 2u), (dynamic, 3u) })
        {
            var bytes = File.ReadAllBytes(file);
            var footer = bytes[^512..];
            Assert.Equal(type, BinaryPrimitives.ReadUInt32BigEndian(footer.AsSpan(60)));
            Assert.Equal(length, BinaryPrimitives.ReadInt64BigEndian(footer.AsSpan(48)));
            Assert.Equal(SampleRoot.Epoch - 946_684_800, BinaryPrimitives.ReadUInt32BigEndian(footer.AsSpan(24)));
            var sum = footer.Index().Where(value => value.Index is < 64 or >= 68).Aggregate(0u, (sum, value) => sum + value.Item);
            Assert.Equal(~sum, BinaryPrimitives.ReadUInt32BigEndian(footer.AsSpan(64)));
            Assert.Contains($"({length} bytes)", DiskTools.Run("qemu-img", "info", "-f", "vpc", file));
            Assert.Equal(bytes, File.ReadAllBytes(sample.Make("vhd", settings: [("VhdType", type == 2 ? "fixed" : "dynamic"), ("DiskSize", "700000000")])));
        }
        // The table's copy is at the end of the disk, which the footer is no part of.
        Assert.Equal("EFI PART"u8, File.ReadAllBytes(disk).AsSpan((int)length - 512, 8));
        Assert.Contains("identical", DiskTools.Run("qemu-img", "compare", "-f", "vpc", "-F", "vpc", disk, dynamic));
    }

    [DiskFact]
    public void What_no_disk_can_be_made_of_is_said()
    {
        using var bare = new SampleRoot(withKernel: false);
        var noKernel = Assert.Throws<ArtifactException>(() => bare.Make("raw"));
        Assert.Equal("IMG6007", noKernel.Code);
        Assert.Contains("linux-image-amd64", noKernel.Message);
        Assert.Single(SampleRoot.PartitionsOf(bare.Make("raw", settings: [("Bootable", "false")])));
        bare.AddFile("/boot/vmlinuz-1", "kernel");
        Assert.Equal("IMG6021", Assert.Throws<ArtifactException>(() => bare.Make("raw")).Code);

        sample.AddSymlink("/data", "var");
        Assert.Equal("IMG6024", Assert.Throws<ArtifactException>(() => sample.Make("raw", settings: [("Partitions", """[{ "MountPoint": "/data" }]""")])).Code);
    }

    [Theory]
    [InlineData("""{ }""")]
    [InlineData("""[{ "MountPoint": "/" }]""")]
    [InlineData("""[{ "MountPoint": "var" }]""")]
    [InlineData("""[{ "MountPoint": "/a/../b" }]""")]
    [InlineData("""[{ "MountPoint": "/a" }, { "MountPoint": "/a" }]""")]
    [InlineData("""[{ "MountPoint": "/a", "FileSystemType": "vfat" }]""")]
    [InlineData("""[{ "MountPoint": "/a", "FileSystemLabel": "a label with blanks" }]""")]
    [InlineData("""[{ "MountPoint": "/a", "Size": 1 }]""")]
    [InlineData("""[null]""")]
    public void A_bad_list_of_partitions_is_refused(string list) =>
        Assert.Equal("IMG6023", Assert.Throws<ArtifactException>(() => ExtraPartition.Parse(list)).Code);

    [DiskFact]
    public void A_live_medium_boots_both_ways_and_is_the_same_each_time()
    {
        sample.AddDevice("/dev/null", InodeMode.Character, 0x103);
        var first = sample.Make("iso");
        var second = sample.Make("iso", backwards: true);

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.StartsWith("IMG6160: The live system does not find its medium in a CD drive (SATA): no ahci, sr_mod, in a CD drive (IDE): no ata_piix", sample.Warnings[0]);
        Assert.Contains("Install linux-image-amd64", sample.Warnings[0]);
        var report = DiskTools.Run("xorriso", "-indev", "stdio:" + first, "-report_el_torito", "plain", "-find", "/");
        Assert.Matches(@"El Torito boot img : +1 +BIOS +y", report);
        Assert.Matches(@"El Torito boot img : +2 +UEFI +y", report);
        foreach (var file in new[] { "/live/vmlinuz", "/live/initrd.img", "/live/live.img", "/live/root.squashfs", "/boot/grub/grub.cfg" })
            Assert.Contains($"'{file}'", report);
        var live = Path.Combine(sample.Folder, "live.img");
        DiskTools.Run("xorriso", "-osirrox", "on", "-indev", "stdio:" + first, "-extract", "/live/live.img", live);
        var archive = Encoding.UTF8.GetString(File.ReadAllBytes(live));
        Assert.True(archive.IndexOf("000-squashfs.ko.xz", StringComparison.Ordinal) > 0);
        // What a module needs comes before it.
        Assert.True(archive.IndexOf("001-cdrom.ko", StringComparison.Ordinal) < archive.IndexOf("002-isofs.ko", StringComparison.Ordinal));
    }

    [DiskFact]
    public void A_kernel_with_the_drivers_of_ordinary_drives_gives_no_warning()
    {
        using var plain = new SampleRoot(withKernel: false);
        plain.AddKernel("ahci", "pata_acpi", "sr_mod", "sd_mod", "usb-storage", "xhci-hcd");
        plain.Make("iso");
        Assert.Empty(plain.Warnings);
        using var half = new SampleRoot(withKernel: false);
        half.AddKernel("pata_acpi", "sr_mod", "sd_mod", "usb-storage", "ehci-pci");
        half.Make("iso");
        Assert.Contains("in a CD drive (SATA): no ahci. The image's kernel 6.1.0-10-test", Assert.Single(half.Warnings));
    }
}
