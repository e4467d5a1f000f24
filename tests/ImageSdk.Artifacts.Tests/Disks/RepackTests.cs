using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.Artifacts.Tests.Disks;

/// <summary>Disks with the files of an image in the place of their own.</summary>
[Trait("Category", "Disk")]
public sealed partial class RepackTests : IDisposable
{
    const string Gpt = "label: gpt\nstart=8MiB, size=4MiB, type=21686148-6449-6E6F-744E-656564454649, name=bios\nsize=40MiB, type=uefi, name=esp\nsize=32MiB, type=linux, name=boot\nsize=4MiB, type=linux, name=data\nsize=60MiB, type=linux, name=\"the root\"\n";

    readonly SampleRoot sample = new();

    public void Dispose() => sample.Dispose();

    SampleSource NewSource(string table, int size) => new(Path.Combine(sample.Folder, $"source {Guid.NewGuid():N}.raw"), table, (long)size << 20);

    /// <summary>A disk of five partitions: one for BIOS, EFI's, /boot, other data, and the root as the last.</summary>
    SampleSource NewDisk(string[]? options = null)
    {
        var source = NewSource(Gpt, 160);
        source.Write(0, [.. Enumerable.Repeat((byte)0x5A, 440)]);
        source.Write(source.Partitions[0].Start, "the loader"u8.ToArray());
        source.MakeFat(source.Partitions[1], ("/EFI/BOOT/BOOTX64.EFI", "loader"), ("/EFI/old.txt", "old"));
        source.Set(2, "FAT", "/boot/efi");
        source.MakeExt(source.Partitions[2], ["-t", "ext4", "-b", "1024", "-L", "boot"], ("/grub/grub.cfg", "old"));
        source.Set(3, "ext4", "/boot");
        source.Write(source.Partitions[3].Start, "the data"u8.ToArray());
        source.MakeExt(source.Partitions[4], options ?? ["-t", "ext4", "-L", "cloudimg ü"], ("/gone", "gone"));
        source.Set(5, "ext4", "/");
        sample.AddDirectory("/boot/efi");
        sample.AddDirectory("/boot/efi/EFI");
        sample.AddDirectory("/boot/efi/EFI/BOOT");
        sample.AddFile("/boot/efi/EFI/BOOT/BOOTX64.EFI", "loader");
        sample.AddFile("/boot/efi/EFI/old.txt", "old");
        sample.Source = source;
        return source;
    }

    string Make(params (string Name, string Value)[] settings)
    {
        var disk = sample.Make("repack", settings: settings);
        var raw = disk + ".raw";
        DiskTools.Run("qemu-img", "convert", "-O", "raw", disk, raw);
        return raw;
    }

    [DiskFact]
    public void All_but_the_files_stays_as_it_was()
    {
        var source = NewDisk();
        sample.AddFile("/var/new", "new\n"u8.ToArray(), uid: 70_000);

        var disk = Make();

        Assert.Equal(source.Length, new FileInfo(disk).Length);
        Assert.Equal(Table(source.FileName), Table(disk));
        Assert.Contains("No errors detected", DiskTools.Run("sfdisk", "--verify", disk));
        var (before, after) = (File.ReadAllBytes(source.FileName), File.ReadAllBytes(disk));
        Assert.True(before.AsSpan(0, (int)source["/boot"].Start).SequenceEqual(after.AsSpan(0, (int)source["/boot"].Start)));
        Assert.True(before.AsSpan((int)source["/boot"].End..(int)source["/"].Start).SequenceEqual(after.AsSpan((int)source["/boot"].End..(int)source["/"].Start)));
        foreach (var path in new[] { "/", "/boot" })
        {
            DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={source[path].Start}");
            Assert.Equal(Identity(source.FileName, source[path]), Identity(disk, source[path]));
        }
        Assert.Equal("new\n", Inspect(disk, source["/"], "cat /var/new"));
        Assert.DoesNotContain("gone", Inspect(disk, source["/"], "ls /"), StringComparison.Ordinal);
        Assert.DoesNotContain("vmlinuz", Inspect(disk, source["/"], "ls /boot"), StringComparison.Ordinal);
        Assert.Contains("vmlinuz-6.1.0-10-test", Inspect(disk, source["/boot"], "ls /"), StringComparison.Ordinal);
        Assert.Empty(sample.Warnings);
    }

    [DiskFact]
    public void Equal_images_give_equal_disks()
    {
        NewDisk();
        var first = sample.Make("repack");
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(sample.Make("repack", backwards: true)));
        Assert.True(new FileInfo(first).Length < new FileInfo(sample.Make("repack", settings: ("Compressed", "false"))).Length);
    }

    [DiskTheory]
    [InlineData("label: gpt\nsize=20MiB, type=linux, name=other\nsize=30MiB, type=linux, name=root, attrs=\"LegacyBIOSBootable\"\n", 2)]
    [InlineData("label: dos\nsize=20MiB, type=83\nsize=30MiB, type=83, bootable\n", 2)]
    [InlineData("label: dos\nd1 : size=20MiB, type=83\nd2 : size=36MiB, type=5\nd5 : size=5MiB, type=83\nd6 : size=28MiB, type=83\n", 6)]
    public void A_root_that_is_the_last_grows(string table, int number)
    {
        var source = NewSource(table, 60);
        // The extended one is none.
        var place = source.Partitions.Count;
        if (number == 6)
            source = Logical(source);
        else
            source.Set(number, "ext4", "/", place);
        var root = source.Partitions[^1];
        source.MakeExt(root, ["-t", "ext4"]);
        sample.Source = source;
        var content = new byte[50 << 20];
        new Random(1).NextBytes(content);
        sample.AddFile("/var/large", content);

        var disk = Make();

        Assert.Contains("No errors detected", DiskTools.Run("sfdisk", "--verify", disk));
        var (before, after) = (Table(source.FileName).Split('\n'), Table(disk).Split('\n'));
        Assert.Equal(before.Length, after.Length);
        foreach (var (old, now) in before.Zip(after).Where(pair => pair.First != pair.Second && !pair.First.StartsWith("last-lba", StringComparison.Ordinal)))
        {
            Assert.Equal(Size().Replace(old, ""), Size().Replace(now, ""));
            Assert.True(number == 6 || old.Contains($"{root.Start / 512},", StringComparison.Ordinal));
        }
        Assert.True(new FileInfo(disk).Length > source.Length);
        DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={root.Start}");
        var copy = Path.Combine(sample.Folder, "copy");
        Inspect(disk, root, $"dump /var/large \"{copy}\"");
        Assert.Equal(content, File.ReadAllBytes(copy));
        // Once it fits, it stays.
        var larger = Make(("DiskSize", "300M"));
        Assert.Equal(300 << 20, new FileInfo(larger).Length);
        Assert.Equal("IMG6025", Assert.Throws<ArtifactException>(() => sample.Make("repack", settings: ("DiskSize", "50M"))).Code);
    }

    static SampleSource Logical(SampleSource source)
    {
        source.Set(6, "ext4", "/", 4);
        source.RemoveExtended(2);
        return source;
    }

    [DiskFact]
    public void A_root_that_cannot_grow_is_reported()
    {
        var source = NewSource("label: gpt\nsize=30MiB, type=linux\nsize=20MiB, type=linux\n", 60);
        source.MakeExt(source.Partitions[0], ["-t", "ext4"]);
        source.Set(1, "ext4", "/");
        sample.Source = source;
        var content = new byte[40 << 20];
        new Random(1).NextBytes(content);
        sample.AddFile("/var/large", content);
        var error = Assert.Throws<ArtifactException>(() => sample.Make("repack"));
        Assert.Equal("IMG6394", error.Code);
        Assert.Contains("partition 1", error.Message, StringComparison.Ordinal);
    }

    [DiskFact]
    public void A_file_system_without_a_partition_table_is_repacked()
    {
        var source = NewSource("label: gpt\nsize=10MiB, type=linux\n", 40);
        source.SetWhole();
        source.MakeExt(source.Partitions[0], ["-t", "ext4", "-L", "whole"]);
        sample.Source = source;
        var content = new byte[40 << 20];
        new Random(1).NextBytes(content);
        sample.AddFile("/var/large", content);
        var disk = Make();
        DiskTools.Run("e2fsck", "-fn", disk);
        Assert.Equal(Identity(source.FileName, source["/"]), Identity(disk, source["/"]));
        Assert.True(new FileInfo(disk).Length > source.Length);
    }

    [DiskTheory]
    [InlineData("-O", "^metadata_csum,^64bit", "-c", "20", "-e", "remount-ro", "-m", "1")]
    [InlineData("-O", "^has_journal", "-m", "0")]
    [InlineData("-O", "^metadata_csum,^flex_bg,^dir_index", "-I", "128", "-o", "acl,nodelalloc")]
    public void Settings_and_features_that_systems_depend_on_stay(params string[] options)
    {
        var tuned = new[] { "-c", "-e", "-o" };
        var pairs = options.Chunk(2).ToList();
        var source = NewDisk(["-t", "ext4", .. pairs.Where(pair => !tuned.Contains(pair[0])).SelectMany(pair => pair)]);
        if (pairs.Where(pair => tuned.Contains(pair[0])).SelectMany(pair => pair).ToArray() is { Length: > 0 } settings)
            DiskTools.Run("tune2fs", [.. settings, $"{source.FileName}?offset={source["/"].Start}"]);
        for (var index = 0; index < 2000; index++)
            sample.AddFile($"/var/lib/{index:D5}-{new string('x', index % 200)}", $"{index}");

        var disk = Make();

        DiskTools.Run("e2fsck", "-fn", $"{disk}?offset={source["/"].Start}");
        Assert.Equal(Identity(source.FileName, source["/"]), Identity(disk, source["/"]));
        Assert.Equal("1234", Inspect(disk, source["/"], $"cat /var/lib/01234-{new string('x', 1234 % 200)}"));
        Assert.Equal(File.ReadAllBytes(disk), File.ReadAllBytes(Make()));
    }

    [DiskFact]
    public void What_cannot_be_made_is_refused()
    {
        Assert.Equal("IMG6393", Assert.Throws<ArtifactException>(() => sample.Make("repack")).Code);
        var source = NewDisk(["-t", "ext3"]);
        Assert.Equal("IMG6395", Assert.Throws<ArtifactException>(() => sample.Make("repack")).Code);
        source.Set(5, "xfs", "/");
        Assert.Contains("xfs", Assert.Throws<ArtifactException>(() => sample.Make("repack")).Message, StringComparison.Ordinal);
        source.MakeExt(source.Partitions[4], ["-t", "ext4"]);
        source.Set(5, "ext4", "/");
        // GRUB in the file system, as grub-install --force leaves it.
        var sector = File.ReadAllBytes("/usr/lib/grub/i386-pc/boot.img")[..440];
        BinaryPrimitives.WriteInt64LittleEndian(sector.AsSpan(0x5C), source["/"].Start / 512 + 4096);
        source.Write(0, sector);
        Assert.Equal("IMG6396", Assert.Throws<ArtifactException>(() => sample.Make("repack")).Code);
        BinaryPrimitives.WriteInt64LittleEndian(sector.AsSpan(0x5C), source.Partitions[0].Start / 512);
        source.Write(0, sector);
        sample.Make("repack");
        Assert.DoesNotContain(Directory.EnumerateFiles(sample.Folder), file => file.EndsWith(".repack.raw", StringComparison.Ordinal));
    }

    [DiskFact]
    public void What_the_image_changed_in_an_EFI_system_partition_is_written_there()
    {
        var source = NewDisk();
        sample.AddDirectory("/boot/efi/EFI/debian ü");
        sample.AddFile("/boot/efi/EFI/debian ü/shimx64 new.efi", new string('s', 100_000));
        source.Unwritten("/boot/efi", "/EFI/gone/deep/file", "gone");
        source.Unwritten("/boot/efi", "/EFI/old.txt", "older");

        var disk = Make();

        var image = $"{disk}@@{source["/boot/efi"].Start}";
        Assert.Equal(new string('s', 100_000), DiskTools.Run("mtype", "-i", image, "::/EFI/debian ü/shimx64 new.efi"));
        Assert.Equal("old", DiskTools.Run("mtype", "-i", image, "::/EFI/old.txt"));
        Assert.Equal("loader", DiskTools.Run("mtype", "-i", image, "::/EFI/BOOT/BOOTX64.EFI"));
        Assert.DoesNotContain("gone", DiskTools.Run("mdir", "-b", "-i", image, "::/EFI"), StringComparison.Ordinal);
        Assert.Equal(Table(source.FileName), Table(disk));
        Assert.Empty(sample.Warnings);
        // And nowhere else.
        Assert.DoesNotContain("EFI", Inspect(disk, source["/"], "ls -p /boot/efi"), StringComparison.Ordinal);
        Assert.DoesNotContain("EFI", Inspect(disk, source["/"], "ls -p /boot"), StringComparison.Ordinal);
        Assert.DoesNotContain("EFI", Inspect(disk, source["/boot"], "ls -p /efi"), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(disk), File.ReadAllBytes(Make()));
    }

    [DiskFact]
    public void Partitions_that_are_kept_are_reported_where_the_image_has_other_files_there()
    {
        var source = NewDisk();
        source.MakeExt(source["/boot"], ["-t", "ext2", "-b", "1024"], ("/kept", "kept"));
        source.UnknownMounts = ["/srv"];
        sample.AddDirectory("/srv");
        sample.Make("repack");
        Assert.Matches("^IMG6397: /boot .*vmlinuz", Assert.Single(sample.Warnings));
        sample.Warnings.Clear();
        sample.AddFile("/srv/file", "hidden");
        sample.Make("repack");
        Assert.Contains(sample.Warnings, warning => warning.StartsWith("IMG6397: /srv ", StringComparison.Ordinal) && warning.Contains("/srv/file", StringComparison.Ordinal));
    }

    [DiskFact]
    public void The_boot_menu_starts_the_images_kernel()
    {
        var source = NewDisk();
        sample.AddDirectory("/boot/grub");
        sample.AddFile("/boot/grub/grub.cfg", "menuentry 'Debian, with Linux 6.1.0-9-test' {\n\tlinux\t/vmlinuz-6.1.0-9-test root=UUID=x ro quiet\n\tinitrd\t/initrd.img-6.1.0-9-test\n}\n", 0x180);
        var disk = Make();
        Assert.Equal(
            "menuentry 'Debian, with Linux 6.1.0-10-test' {\n\tlinux\t/vmlinuz-6.1.0-10-test root=UUID=x ro quiet\n\tinitrd\t/initrd.img-6.1.0-10-test\n}\n",
            Inspect(disk, source["/boot"], "cat /grub/grub.cfg"));
        Assert.Contains("Mode:  0600", Inspect(disk, source["/boot"], "stat /grub/grub.cfg"), StringComparison.Ordinal);
    }

    static string Inspect(string disk, SourcePartition partition, string command) => SampleRoot.Inspect(disk, (partition.Start, partition.Length), command);

    static string Table(string disk) => DiskTools.Run("sfdisk", "--dump", disk).Replace(disk, "", StringComparison.Ordinal);

    /// <summary>What of a file system must not change, in the words of dumpe2fs.</summary>
    static string Identity(string disk, SourcePartition partition)
    {
        string[] kept = ["Filesystem volume name", "Filesystem UUID", "Default mount options", "Errors behavior", "Maximum mount count", "Check interval", "Directory Hash Seed"];
        string[] features = ["has_journal", "metadata_csum", "extent"];
        var lines = DiskTools.Run("dumpe2fs", "-h", $"{disk}?offset={partition.Start}").Split('\n');
        return string.Join('\n', lines.Where(line => kept.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
            .Append(string.Join(' ', lines.Single(line => line.StartsWith("Filesystem features", StringComparison.Ordinal)).Split(' ').Where(features.Contains))));
    }

    [GeneratedRegex("size= *[0-9]+")]
    private static partial Regex Size();
}

/// <summary>A test with cases that runs the programs of disks.</summary>
sealed class DiskTheoryAttribute : TheoryAttribute
{
    public DiskTheoryAttribute() => Skip = DiskTools.WhyNot;
}
