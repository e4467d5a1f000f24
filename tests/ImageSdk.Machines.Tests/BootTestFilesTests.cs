using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.BootTests;
using ImageSdk.Machines.Qemu;
using ImageSdk.Machines.Testing;

namespace ImageSdk.Machines.Tests;

public sealed class BootTestFilesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-boot-tests é ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, bool executable = true)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "#!/bin/sh\n");
        File.SetUnixFileMode(file, executable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100);
        return file;
    }

    [Fact]
    public void Executable_files_are_tests_and_the_others_go_with_them()
    {
        Write("tests/20-b");
        Write("tests/10-a");
        Write("tests/data", executable: false);
        Write("tests/helpers/tool");
        Write("tests/.hidden");
        var more = Write("elsewhere/30 é");

        var files = new BootTestFiles("x").Read(Path.Combine(folder, "tests"), [more]);

        Assert.Equal(["10-a", "20-b", "30 é"], files.Where(file => file.IsTest).Select(file => file.Name));
        Assert.Equal(["data", "helpers/tool"], files.Where(file => !file.IsTest).Select(file => file.Name));
    }

    [Fact]
    public void Mistakes_are_told()
    {
        Assert.Empty(new BootTestFiles("x").Read(Path.Combine(folder, "none"), []));
        Assert.Equal("IMG6060", Fault(null, Path.Combine(folder, "gone")));
        Assert.Equal("IMG6060", Fault(null, Write("data", executable: false)));
        Write("tests/one");
        Assert.Equal("IMG6054", Fault(Path.Combine(folder, "tests"), Write("other/one")));
        File.WriteAllBytes(Path.Combine(folder, "tests/large"), new byte[5 << 20]);
        Assert.Equal("IMG6060", Fault(Path.Combine(folder, "tests")));
    }

    static string Fault(string? directory, params string[] more) =>
        Assert.Throws<BuildException>(() => new BootTestFiles("x").Read(directory, more)).Diagnostic.Code;

    [Fact]
    public void The_test_disk_starts_the_runner_by_whatever_init_there_is()
    {
        var tree = Path.Combine(folder, "tree");
        BootTestTree.Write(tree, new HashSet<string> { "/lib/systemd/systemd" }, () => null, "x");
        Assert.Equal("../imagesdk-boot-tests.service", new FileInfo(Path.Combine(tree, "etc/systemd/system/sysinit.target.wants/imagesdk-boot-tests.service")).LinkTarget);
        Assert.True(File.GetUnixFileMode(Path.Combine(tree, "usr/lib/imagesdk/boot-tests")).HasFlag(UnixFileMode.OtherExecute));

        BootTestTree.Write(tree, new HashSet<string>(), () => Encoding.UTF8.GetBytes("id:2:initdefault:\nl2:2:wait:/etc/init.d/rc 2"), "x");
        Assert.Equal(["id:2:initdefault:", "l2:2:wait:/etc/init.d/rc 2", "itst:2345:once:/usr/lib/imagesdk/boot-tests"], File.ReadAllLines(Path.Combine(tree, "etc/inittab")));
        Assert.False(Directory.Exists(Path.Combine(tree, "etc/systemd")));

        BootTestTree.Write(tree, new HashSet<string>(), () => Encoding.UTF8.GetBytes("::sysinit:/etc/init.d/rcS\n"), "x");
        Assert.Contains("::once:/usr/lib/imagesdk/boot-tests", File.ReadAllLines(Path.Combine(tree, "etc/inittab")));

        Assert.Equal("IMG6055", Assert.Throws<BuildException>(() => BootTestTree.Write(tree, new HashSet<string>(), () => null, "x")).Diagnostic.Code);
    }

    [Fact]
    public void Tests_are_named_by_what_tells_them_apart()
    {
        BootVariant Variant(MachineFirmware firmware, string format = "raw") => new("q35", firmware, format, new Dictionary<string, string>());
        BootVariant[] one = [Variant(MachineFirmware.Uefi)];
        BootVariant[] two = [Variant(MachineFirmware.Bios), Variant(MachineFirmware.Uefi)];
        BootVariant[] four = [.. two, Variant(MachineFirmware.Bios, "iso"), Variant(MachineFirmware.Uefi, "iso")];

        Assert.Equal("BootTests.10-up", TestNames.OfBootTest("10-up", one[0], one));
        Assert.Equal("BootTests.uefi.10-up", TestNames.OfBootTest("10-up", two[1], two));
        Assert.Equal("BootTests.iso.uefi.10-up", TestNames.OfBootTest("10-up", four[3], four));
        BootVariant[] media = [.. two, four[2], four[3], four[2] with { InDrive = true }];
        Assert.Equal("BootTests.raw.uefi.10-up", TestNames.OfBootTest("10-up", media[1], media));
        Assert.Equal("BootTests.iso.bios.disk.10-up", TestNames.OfBootTest("10-up", media[2], media));
        Assert.Equal("10-up (iso, bios, cdrom)", TestNames.ShowBootTest("10-up", media[4], media));
        Assert.Equal(("10-up", "10-up (uefi)"), (TestNames.ShowBootTest("10-up", one[0], one), TestNames.ShowBootTest("10-up", two[1], two)));
        Assert.Equal(("Tests.base.debian.check", "base/debian/check"), (TestNames.OfImageTest("/tests/base/debian/check"), TestNames.ShowImageTest("/tests/base/debian/check")));
    }
}
