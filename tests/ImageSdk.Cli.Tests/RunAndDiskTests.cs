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
        builder.Add("/fail", new RegularInode { Mode = InodeMode.Regular | 0x1ED });
        sample.Store.Images.Add("run", image with { FileSystem = builder.Build() });
        // An empty file is no program: bubblewrap says so, and the image is gone again.
        Assert.NotEqual(0, sample.Run("run-command-in-image-chroot", "run", "--", "/fail").ExitCode);
        sample.Run("run-command-in-image-chroot", "none", "--", "/fail").AssertError("IMG7103");
    }
}
