using System.Text;

namespace ImageSdk.DiskImages.Tests.FileSystems;

/// <summary>File systems of xfs that the kernel or mkfs.xfs fills, read without them.</summary>
public sealed class XfsTests(KernelFileSystem kernel) : IClassFixture<KernelFileSystem>
{
    /// <summary>Lets mkfs.xfs make smaller ones than it likes.</summary>
    const string Small = "export TEST_DIR=1 TEST_DEV=1 QA_CHECK_FS=1; ";

    /// <summary>Of this test alone: tools and the kernel refuse one that any device of the machine has.</summary>
    readonly Guid uuid = Guid.NewGuid();

    [MountTheory]
    [InlineData("version 5", "-m bigtime=1,reflink=1,rmapbt=1")]
    [InlineData("version 5 in small blocks", "-b size=1024 -n size=4096 -m bigtime=0 -i size=512")]
    [InlineData("version 5 with many extents", "-i nrext64=1,size=1024 -d agcount=3")]
    [InlineData("version 5 without sparse inodes", "-i sparse=0 -m inobtcount=0,finobt=0,reflink=0")]
    [InlineData("a log that goes round", "-l size=7m")]
    public void A_file_system_is_read_whole(string name, string options)
    {
        var (file, expected) = kernel.Make(name, "400M", $"{Small}mkfs.xfs -q -L 'the root' -m uuid={uuid} {options} \"$1\"");
        var source = kernel.Unpack(file, $"{name} unpacked");
        Assert.Equal("the root", source.Volume);
        kernel.Same(expected, $"{name} unpacked");
        File.Delete(file);
    }

    /// <summary>Version 4 too, which new kernels no longer mount.</summary>
    [Theory]
    [InlineData("proto 5", "")]
    [InlineData("proto 4", "-m crc=0,finobt=0 -n ftype=0 -i size=256")]
    [InlineData("proto 4 with types", "-m crc=0 -n ftype=1,size=16384 -b size=2048")]
    public void A_file_system_that_was_never_mounted_is_read(string name, string options)
    {
        var target = $"{name} unpacked";
        Assert.Equal("", kernel.Unpack(MakeOfPrototype(name, options), target).Mounted.FirstOrDefault().Path ?? "");
        var root = kernel[target];
        Assert.Equal(new string('c', 200_000), File.ReadAllText(Path.Combine(root, "etc/content")));
        Assert.Equal(Path.Combine(root, "etc/content"), File.ResolveLinkTarget(Path.Combine(root, "etc/link"), false)!.FullName);
        Assert.Equal(new string('l', 200), new FileInfo(Path.Combine(root, "etc/long")).LinkTarget);
        Assert.Equal((UnixFileMode)0x9ED, File.GetUnixFileMode(Path.Combine(root, "etc/program"))); // 04755
        Assert.Equal(Enumerable.Range(0, 600).Select(i => $"name-{i:d4}"), Directory.EnumerateFiles(Path.Combine(root, "many")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        if (Environment.IsPrivilegedProcess)
            Assert.Equal("12:34 8:11", SampleTree.Run("stat", "-c", "%u:%g %t:%T", Path.Combine(root, "dev")).Trim());
        SampleTree.Run("rm", "-rf", root);
    }

    [MountFact]
    public void A_log_with_changes_is_one_error()
    {
        var (file, _) = kernel.Make("dirty", "400M", $"mkfs.xfs -q -m uuid={uuid} \"$1\"", fill: "mkdir \"$1/etc\"", more: "echo a > a; sync -f .; cp ../dirty ../open; echo b > b");
        kernel.Unpack(file, "clean");
        Assert.Contains("its log has changes that are not in it yet (mounting it once applies them)", Assert.Throws<DiskImageException>(() => kernel.Unpack(kernel["open"], "open unpacked")).Message, StringComparison.Ordinal);
        SampleTree.Run("unshare", "--mount", "--propagation", "private", "sh", "-ec", "mount -o loop \"$1\" \"$2\"; umount \"$2\"", "sh", kernel["open"], kernel["mounted"]);
        kernel.Unpack(kernel["open"], "open unpacked");
        Assert.Equal("a\n", File.ReadAllText(kernel["open unpacked/a"]));
    }

    [Theory]
    [InlineData("5", "")]
    [InlineData("4", "-m crc=0,finobt=0 -n ftype=0 -i size=256")]
    public void Damaged_ones_are_read_or_refused(string version, string options)
    {
        var file = MakeOfPrototype($"damaged {version}", options, names: 100);
        Damage.Try(file, version[0], target => kernel.Unpack(file, Path.GetFileName(target)), rounds: 80);
        File.Delete(file);
    }

    string MakeOfPrototype(string name, string options, int names = 600)
    {
        File.WriteAllText(kernel["content"], new string('c', 200_000));
        var prototype = new StringBuilder($"/none\n0 0\nd--755 0 0\netc d--755 0 0\n content ---644 0 0 content\n link l--777 0 0 content\n long l--777 0 0 {new string('l', 200)}\n program -u-755 0 0 content\n$\n");
        prototype.Append("dev b--600 12 34 8 17\nmany d--755 0 0\n");
        foreach (var number in Enumerable.Range(0, names))
            prototype.Append($" name-{number:d4} ---644 0 0 /dev/null\n");
        File.WriteAllText(kernel[name + " prototype"], prototype.Append("$\n$\n").ToString());
        SampleTree.Run("sh", "-ec", $"{Small}cd \"$1\"; truncate -s 16M \"$2\"; mkfs.xfs -q -m uuid={uuid} {options} -p \"$2 prototype\" \"$2\"", "sh", Path.GetDirectoryName(kernel[name])!, name);
        return kernel[name];
    }
}
