using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>Commands that unpack an image for their own time.</summary>
public class RunAndDiskTests
{
    [RootFact]
    public void A_disk_is_made_of_an_image()
    {
        using var sample = SampleStore.WithTwoImages();
        var disk = sample.Temporary["a disk, é.raw"];
        var run = sample.Run("make-raw-image", SampleStore.First, disk, "--option", "Bootable=false", "--option=RootLabel=data");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        using var file = File.OpenRead(disk);
        var sector = new byte[1024];
        file.ReadExactly(sector);
        Assert.Equal([0x55, 0xAA], sector[510..512]);
        Assert.Equal("EFI PART"u8, sector.AsSpan(512, 8));
        Assert.Equal(["a disk, é.raw", "store"], sample.Temporary.Names());
    }

    /// <summary>Runs what reads a file system in a disk, whose root is the only partition.</summary>
    static string Debugfs(string disk, params string[] commands)
    {
        using var file = File.OpenRead(disk);
        var table = new byte[128];
        // The first entry of the table: where its partition begins, in sectors.
        file.Position = 1024;
        file.ReadExactly(table);
        var start = BitConverter.ToInt64(table, 32) * 512;
        var info = new System.Diagnostics.ProcessStartInfo("debugfs", ["-f", "-", $"{disk}?offset={start}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = System.Diagnostics.Process.Start(info)!;
        process.StandardInput.Write(string.Join('\n', commands) + "\n");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    static long AllocatedBytes(string file)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["--format=%b", file]) { RedirectStandardOutput = true })!;
        return long.Parse(process.StandardOutput.ReadToEnd()) * 512;
    }

    [Fact]
    public void The_flags_of_imagetool_say_what_the_disk_is_like()
    {
        using var sample = new SampleStore();
        var image = SampleImage.Make(sample.Store.Objects);
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Add("/lib", new SymlinkInode { Target = "usr/lib" });
        builder.Add("/usr", SampleImage.Directory);
        builder.Add("/usr/lib", SampleImage.Directory);
        sample.Store.Images.Add("disk", image with { FileSystem = builder.Build() });
        var overlay = sample.Temporary["over lay"];
        Directory.CreateDirectory(Path.Combine(overlay, "etc"));
        Directory.CreateDirectory(Path.Combine(overlay, "lib/new"));
        Directory.CreateDirectory(Path.Combine(overlay, "srv"));
        File.WriteAllText(Path.Combine(overlay, "etc/hello"), "from the overlay");
        File.WriteAllText(Path.Combine(overlay, "lib/new/é"), "through a link");
        File.CreateSymbolicLink(Path.Combine(overlay, "srv/link"), "target");
        Directory.CreateDirectory(sample.Temporary["computed/etc"]);
        File.WriteAllText(sample.Temporary["computed/etc/computed"], "computed");
        var disk = sample.Temporary["disk.raw"];
        var run = sample.Run("make-raw-image", "disk", disk, "--make-bootable=false", "--root-label", "data", "--min-bytes", "40M", "--min-free-bytes", "8M",
            "--roundup-power", "25", "--table-type", "gpt", "--overlay-directory", overlay, "--computed-files-root", sample.Temporary["computed"], "--allocate-blocks");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var length = new FileInfo(disk).Length;
        Assert.Equal(0, length % (1 << 25));
        Assert.InRange(length, 40 << 20, 1 << 30);
        Assert.InRange(AllocatedBytes(disk), length, long.MaxValue);
        var text = Debugfs(disk, "show_super_stats -h", "cat /etc/hello", "cat /etc/hello.link", "cat /usr/lib/new/é", "stat /srv/link", "cat /etc/computed", "cat /var/lib/initial-image");
        Assert.Contains("Filesystem volume name:   data", text);
        Assert.Contains("from the overlay", text);
        // Other names of a file that is replaced keep what they have.
        Assert.Contains("hello, world", text);
        Assert.Contains("through a link", text);
        Assert.Contains("Fast link dest: \"target\"", text);
        Assert.Contains("computed", text);
        Assert.Contains("disk\n", text);
    }

    [Fact]
    public void A_flag_that_cannot_be_honoured_is_one_error()
    {
        using var sample = SampleStore.WithTwoImages();
        var disk = sample.Temporary["disk"];
        void Fails(string code, params string[] flags) => sample.Run(["make-raw-image", SampleStore.First, disk, "--option", "Bootable=false", .. flags]).AssertError(code);
        Fails("IMG7243", "--table-type", "msdos");
        Fails("IMG7243", "--allocate-blocks", "--format", "qcow2");
        Fails("IMG7101", "--roundup-power", "5");
        Fails("IMG6002", "--root-label", "a label that is too long");
        Fails("IMG6002", "--min-bytes", "much");
        Fails("IMG6002", "--extra-kernel-options", "it's");
        Fails("IMG7148", "--extra-partitions-filename", sample.Temporary["none"]);
        File.WriteAllText(sample.Temporary["partitions"], """[{"MountPoint": "data"}]""");
        Fails("IMG6023", "--extra-partitions-filename", sample.Temporary["partitions"]);
        Fails("IMG7149", "--overlay-directory", sample.Temporary["none"]);
        Directory.CreateDirectory(sample.Temporary["overlay/etc/hello"]);
        Fails("IMG7156", "--overlay-directory", sample.Temporary["overlay"]);
        Directory.CreateDirectory(sample.Temporary["computed"]);
        Fails("IMG7119", "--computed-files-root", sample.Temporary["computed"]);
        Assert.Equal(["computed", "overlay", "partitions", "store"], sample.Temporary.Names());
    }

    [Fact]
    public void What_cannot_become_a_disk_is_one_error_and_leaves_nothing()
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(sample.Temporary["kept"], "kept");
        sample.Run("make-raw-image", SampleStore.First, sample.Temporary["kept"], "--format", "floppy").AssertError("IMG6001");
        sample.Run("make-raw-image", SampleStore.First, sample.Temporary["kept"], "--option", "Colour=red").AssertError("IMG6002");
        sample.Run("make-raw-image", SampleStore.First, sample.Temporary["kept"], "--option", "red").AssertError("IMG7101");
        sample.Run("make-raw-image", SampleStore.First, "/dev/null").AssertError("IMG7106");
        Assert.Equal("kept", File.ReadAllText(sample.Temporary["kept"]));
        Assert.Equal(["kept", "store"], sample.Temporary.Names());
    }

    [RootFact]
    public void A_command_runs_in_an_image_and_its_exit_code_is_returned()
    {
        using var sample = new SampleStore();
        var image = SampleImage.Make(sample.Store.Objects);
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Add("/fail", new RegularInode { Mode = InodeMode.Regular | Permissions.Program });
        sample.Store.Images.Add("run", image with { FileSystem = builder.Build() });
        // An empty file is no program: bubblewrap says so, and the image is gone again.
        Assert.NotEqual(0, sample.Run("run-command-in-image-chroot", "run", "--", "/fail").ExitCode);
        sample.Run("run-command-in-image-chroot", "none", "--", "/fail").AssertError("IMG7103");
    }
}
