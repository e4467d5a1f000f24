using System.Text;
using ImageSdk.Archives;
using ImageSdk.DiskImages.Unpacking;
using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Tests;

/// <summary>Disks and archives that the real tools make, unpacked without them.</summary>
public sealed class DiskImageUnpackerTests(DiskImageUnpackerTests.Sample sample) : IClassFixture<DiskImageUnpackerTests.Sample>
{
    /// <summary>The tree, made once.</summary>
    public sealed class Sample : IDisposable
    {
        internal SampleTree Tree { get; } = new();

        internal Lazy<IReadOnlyList<string>> Exactly { get; }

        internal Lazy<IReadOnlyList<string>> InSeconds { get; }

        internal Lazy<string> Ext4 { get; }

        public Sample()
        {
            Exactly = new(() => SampleTree.Describe(Tree.Root, isExact: true));
            InSeconds = new(() => SampleTree.Describe(Tree.Root, isExact: false));
            Ext4 = new(() => Tree.MakeExt("shared by tests.img", "-t", "ext4", "-L", "root ü"));
        }

        public void Dispose() => Tree.Dispose();
    }

    SampleTree Tree => sample.Tree;

    [Theory]
    [InlineData("ext2", "-t", "ext2", "-b", "1024")]
    [InlineData("ext2 with large blocks", "-t", "ext2", "-b", "4096")]
    [InlineData("ext3", "-t", "ext3", "-b", "2048")]
    [InlineData("ext4", "-t", "ext4", "-I", "256")]
    [InlineData("ext4 in small blocks", "-t", "ext4", "-b", "1024", "-O", "64bit")]
    [InlineData("ext4 with metadata groups", "-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode")]
    [InlineData("ext4 with contents in inodes", "-t", "ext4", "-O", "inline_data", "-I", "512")]
    [InlineData("ext4 with large attributes", "-t", "ext4", "-O", "ea_inode,metadata_csum_seed")]
    [InlineData("ext4 of old kernels", "-t", "ext4", "-O", "^flex_bg,^64bit,^metadata_csum,^dir_index")]
    public void A_file_system_is_read_whole(string name, params string[] options)
    {
        var source = Unpack(Tree.MakeExt($"{name}.img", options), $"{name} unpacked");
        Assert.Equal("raw", source.Format);
        Assert.Equal(0, source.Partition!.Number);
        Same($"{name} unpacked");
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("qcow2", "-o", "compat=0.10")]
    [InlineData("qcow2", "-c")]
    [InlineData("qcow2", "-c", "-o", "compression_type=zstd")]
    [InlineData("qcow2", "-o", "cluster_size=512")]
    [InlineData("vmdk")]
    [InlineData("vmdk", "-o", "subformat=streamOptimized")]
    [InlineData("vmdk", "-o", "zeroed_grain=on")]
    [InlineData("vpc")]
    [InlineData("vpc", "-o", "subformat=fixed,force_size")]
    [InlineData("vhdx")]
    [InlineData("vhdx", "-o", "subformat=fixed,block_size=2M")]
    [InlineData("vhdx", "-o", "block_size=1M")]
    public void A_disk_image_is_read_as_qemu_reads_it(params string[] options)
    {
        var name = $"disk {string.Join(' ', options)}";
        var (file, target) = (Tree[name + ".file"], name + " unpacked");
        SampleTree.Run("qemu-img", ["convert", "-f", "raw", "-O", .. options, sample.Ext4.Value, file]);
        Assert.Equal(options[0] == "vpc" ? "vhd" : options[0], Unpack(file, target).Format);
        Same(target);
    }

    [Theory]
    [InlineData("label: gpt\nsize=1M, type=uefi, name=esp\nsize=97M, type=linux, name=root\n", 2, 2)]
    [InlineData("label: dos\nsize=1M, type=ef\nsize=97M, type=83\n", 2, 2)]
    [InlineData("label: dos\nd1 : size=1M, type=83\nd2 : size=100M, type=5\nd5 : size=97M, type=83\n", 5, 5)]
    public void The_root_is_found_in_a_partition_table(string table, int partition, int number)
    {
        var disk = Tree[$"table {partition} {table.Length}.img"];
        SampleTree.Run("truncate", "-s", "110M", disk);
        File.WriteAllText(Tree["table"], table);
        SampleTree.Run("sh", "-c", "sfdisk -q \"$1\" < \"$2\"", "sh", disk, Tree["table"]);
        var start = long.Parse(SampleTree.Run("sh", "-c", $"sfdisk -d \"$1\" | sed -n 's/.*img{number} *: start= *\\([0-9]*\\),.*/\\1/p'", "sh", disk).Trim());
        SampleTree.Run("dd", $"if={sample.Ext4.Value}", $"of={disk}", "bs=512", $"seek={start}", "conv=notrunc", "status=none");
        var target = $"table {partition} {table.Length} unpacked";
        var source = Unpack(disk, target);
        Assert.Equal(partition, source.Partition!.Number);
        Assert.Equal("root ü", source.Volume);
        Same(target);
    }

    [Theory]
    [InlineData("tar", "")]
    [InlineData("tar.gz", "-z")]
    [InlineData("tar.xz", "-J")]
    [InlineData("tar.zst", "--zstd")]
    [InlineData("tar.bz2", "-j")]
    public void An_archive_is_read_whole(string format, string option)
    {
        var file = Tree[$"archive {format}"];
        SampleTree.Run("tar", [.. option.Length > 0 ? [option] : Array.Empty<string>(), "--format=posix", "--xattrs", "--xattrs-include=*", "--sparse", "-C", Tree.Root, "-cf", file, "."]);
        Assert.Equal(format, Unpack(file, $"{format} unpacked").Format);
        Same($"{format} unpacked", isExact: true);
    }

    [Fact]
    public void Times_have_fractions_and_go_beyond_2038()
    {
        var file = Tree.MakeExt("times.img", "-t", "ext4", "-I", "256");
        SampleTree.Run("debugfs", "-w", "-R", $"set_inode_field /etc/empty mtime_extra {123_456_789 << 2 | 1}", file);
        Unpack(file, "times unpacked");
        Assert.Equal($"{946_684_799L + (1L << 32)}.1234567890", SampleTree.Run("find", Path.Combine(Tree["times unpacked"], "etc/empty"), "-printf", "%T@"));
        SampleTree.Run("rm", "-rf", Tree["times unpacked"]);
    }

    [Fact]
    public void Layers_remove_what_lies_below_them()
    {
        var folder = Directory.CreateDirectory(Tree["layers"]).FullName;
        SampleTree.Run("sh", "-ec", """
            cd "$1"; mkdir -p a/etc/dir/sub a/opaque/old b/etc b/opaque/new c/etc
            echo one > a/etc/stays; echo one > a/etc/goes; echo one > a/etc/dir/file; echo one > a/opaque/old/file; echo one > a/etc/linked
            tar -C a -cf a.tar .
            : > b/etc/.wh.goes; : > b/etc/.wh.dir; : > b/etc/.wh.never; echo two > b/opaque/new/file; echo two > b/etc/dir2; echo two > b/etc/stays
            # The mark comes after what the layer itself has.
            : > b/opaque/.wh..wh..opq; tar -C b -czf b.tar.gz ./opaque/new ./opaque/.wh..wh..opq ./etc
            mkdir c/etc/dir; echo three > c/etc/dir/again; ln -s /nowhere c/away; : > c/x; tar -C c --transform 's,^./x,./away/.wh.file,' -cf c.tar .
            """, "sh", folder);
        var target = Directory.CreateDirectory(Tree["layers unpacked"]).FullName;
        using (var root = DirectoryHandle.Open(target))
            Assert.Equal("container image of 3 layers", new DiskImageUnpacker(folder, ExpansionLimit.Default, CancellationToken.None)
                .UnpackLayers([.. new[] { "a.tar", "b.tar.gz", "c.tar" }.Select(name => Path.Combine(folder, name))], root).Format);
        Assert.Equal(
            ["away", "etc", "etc/dir", "etc/dir/again", "etc/dir2", "etc/linked", "etc/stays", "opaque", "opaque/new", "opaque/new/file"],
            Directory.EnumerateFileSystemEntries(target, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(path => Path.GetRelativePath(target, path)).Order(StringComparer.Ordinal));
        Assert.Equal("two\n", File.ReadAllText(Path.Combine(target, "etc/stays")));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("gzip", "-b", "4096", "-no-fragments")]
    [InlineData("gzip", "-noI", "-noD", "-noF", "-noX")]
    [InlineData("xz")]
    [InlineData("lz4")]
    [InlineData("lz4", "-Xhc")]
    [InlineData("zstd", "-b", "1M", "-always-use-fragments")]
    public void A_squashfs_is_read_whole(string compression, params string[] options)
    {
        var name = $"squashfs {compression} {string.Join(' ', options)}";
        SampleTree.Run("mksquashfs", [Tree.Root, Tree[name], "-quiet", "-no-progress", "-comp", compression, .. options]);
        var source = Unpack(Tree[name], $"{name} unpacked");
        Assert.Equal(("raw", "squashfs"), (source.Format, source.Volume));
        // It has no place for access lists.
        Same($"{name} unpacked", withAccessLists: false);
    }

    /// <summary>As an installed system has them, with a directory of the root below a mount that hides it.</summary>
    [Theory]
    [InlineData("PARTUUID=11111111-2222-3333-4444-555555555555")]
    [InlineData("UUID=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")]
    [InlineData("/dev/disk/by-label/the\\040boot")]
    [InlineData("PARTLABEL=boot")]
    [InlineData("/dev/nvme0n1p2")]
    public void File_systems_that_the_root_mounts_are_in_the_tree(string source)
    {
        var name = $"mounts {source.Replace('/', '_')}";
        var folder = Directory.CreateDirectory(Tree[name]).FullName;
        var (root, boot, log) = (Path.Combine(folder, "root"), Path.Combine(folder, "boot"), Path.Combine(folder, "log"));
        foreach (var file in new[] { "root/etc/fstab", "root/boot/hidden", "root/var/log/hidden", "boot/grub/grub.cfg", "boot/vmlinuz", "log/syslog" })
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
        File.WriteAllText(Path.Combine(root, "boot/hidden"), "hidden");
        File.WriteAllText(Path.Combine(root, "etc/fstab"), $"# comment\nUUID=0 / ext4 defaults 0 1\nLABEL=log /var/log/ ext4 defaults\n{source}\t/boot  auto ro 0 0\nUUID=1 none swap\n/dev/sr0 /media auto\n");
        File.WriteAllText(Path.Combine(boot, "vmlinuz"), "kernel");
        File.WriteAllText(Path.Combine(log, "syslog"), "log");
        SampleTree.Run("sh", "-ec", """
            cd "$1"
            mke2fs -q -F -E root_owner -d root root.img 4M
            mke2fs -q -F -E root_owner -L 'the boot' -U aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee -d boot boot.img 2M
            debugfs -w -R 'set_inode_field / mode 040700' boot.img 2>/dev/null
            mke2fs -q -F -E root_owner -L log -d log log.img 2M
            mke2fs -q -F other.img 2M
            truncate -s 16M disk
            printf 'label: gpt\nsize=4M, type=linux\nsize=2M, type=linux, name=boot, uuid=11111111-2222-3333-4444-555555555555\nsize=2M, type=linux\nsize=2M, type=linux\n' | sfdisk -q disk
            seek=1; for part in root:4 boot:2 log:2 other:2; do dd if=${part%:*}.img of=disk bs=1M seek=$seek conv=notrunc status=none; seek=$((seek + ${part#*:})); done
            """, "sh", folder);
        var unpacked = Unpack(Path.Combine(folder, "disk"), $"{name} unpacked");
        Assert.Equal([("/boot", 2), ("/var/log", 3)], unpacked.Mounted.Select(mount => (mount.Path, mount.Partition.Number)));
        Assert.Equal([4], unpacked.Others.Select(other => other.Partition.Number));
        var target = Tree[$"{name} unpacked"];
        Assert.Equal(
            ["boot", "boot/grub", "boot/vmlinuz", "etc", "etc/fstab", "var", "var/log", "var/log/syslog"],
            Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(target, path)).Order(StringComparer.Ordinal));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(Path.Combine(target, "boot")));
    }

    [Fact]
    public void A_damaged_file_system_beside_the_root_is_left_out_and_told()
    {
        var disk = Tree["damaged beside.img"];
        SampleTree.Run("truncate", "-s", "110M", disk);
        SampleTree.Run("sh", "-c", "printf 'label: gpt\nsize=4M, type=linux\nsize=97M, type=linux\n' | sfdisk -q \"$1\"", "sh", disk);
        SampleTree.Run("sh", "-ec", "mke2fs -q -F \"$1\" 4M; debugfs -w -R 'feature needs_recovery' \"$1\" 2>/dev/null >&2", "sh", Tree["dirty.img"]);
        SampleTree.Run("dd", $"if={Tree["dirty.img"]}", $"of={disk}", "bs=1M", "seek=1", "conv=notrunc", "status=none");
        SampleTree.Run("dd", $"if={sample.Ext4.Value}", $"of={disk}", "bs=1M", "seek=5", "conv=notrunc", "status=none");
        var (partition, reason) = Assert.Single(Unpack(disk, "damaged beside").Others);
        Assert.Equal(1, partition.Number);
        Assert.Contains("not unmounted cleanly", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compressed_disk_is_read()
    {
        SampleTree.Run("sh", "-c", "xz -0 -T2 -c \"$1\" > \"$2\"", "sh", sample.Ext4.Value, Tree["disk.xz"]);
        Assert.Equal("raw.xz", Unpack(Tree["disk.xz"], "xz unpacked").Format);
        Same("xz unpacked");
    }

    [Fact]
    public void Other_file_systems_are_named()
    {
        var disk = Tree["two.img"];
        SampleTree.Run("truncate", "-s", "110M", disk);
        SampleTree.Run("sh", "-c", "printf 'label: gpt\\nsize=4M, type=linux\\nsize=97M, type=linux\\n' | sfdisk -q \"$1\"", "sh", disk);
        SampleTree.Run("mke2fs", "-q", "-F", Tree["boot.img"], "4M");
        SampleTree.Run("dd", $"if={Tree["boot.img"]}", $"of={disk}", "bs=1M", "seek=1", "conv=notrunc", "status=none");
        SampleTree.Run("dd", $"if={sample.Ext4.Value}", $"of={disk}", "bs=1M", "seek=5", "conv=notrunc", "status=none");
        var source = Unpack(disk, "two unpacked");
        Assert.Equal(2, source.Partition!.Number);
        Assert.Equal([(1, "")], source.Others.Select(other => (other.Partition.Number, other.Reason)));
    }

    public static TheoryData<string, string, string> Bad() => new()
    {
        { "a backing file", "cd \"$1\"; qemu-img create -q -f qcow2 -b /etc/passwd -F raw bad 1M", "it has a backing file" },
        { "data elsewhere", "cd \"$1\"; qemu-img create -q -f qcow2 -o data_file=data,data_file_raw=on bad 1M", "its data are in another file" },
        { "another version", "printf 'QFI\\373\\0\\0\\0\\011' > \"$1/bad\"; head -c 200 /dev/zero >> \"$1/bad\"", "its version of qcow2 is 9" },
        { "a vmdk of several files", "qemu-img create -q -f vmdk -o subformat=monolithicFlat \"$1/bad\" 1M", "whose data are in other files" },
        { "a vmdk of many files", "qemu-img create -q -f vmdk -o subformat=twoGbMaxExtentSparse \"$1/x.vmdk\" 1M; mv \"$1\"/x-s001.vmdk \"$1/bad\"", "its data are in other files" },
        { "a vmdk that names another", "qemu-img create -q -f vmdk \"$1/bad\" 1M; sed -i 's/SPARSE/FLAT  /' \"$1/bad\"", "its data are in other files" },
        { "a vmdk with a parent", "cd \"$1\"; qemu-img create -q -f vmdk base 1M; qemu-img create -q -f vmdk -b base -F vmdk bad", "it stands on another file" },
        { "a cut vmdk", "qemu-img convert -O vmdk -o subformat=streamOptimized \"$2\" \"$1/whole\"; head -c $(($(stat -c %s \"$1/whole\") / 2)) \"$1/whole\" > \"$1/bad\"", "it is cut off" },
        { "a vhd with a parent", "qemu-img create -q -f vpc \"$1/bad\" 4M; python3 - \"$1/bad\" <<'X'\nimport sys,struct\nf=open(sys.argv[1],'r+b');d=bytearray(f.read())\nfor at in (0,len(d)-512):\n d[at+63]=4;d[at+64:at+68]=bytes(4);d[at+64:at+68]=struct.pack('>I',~sum(d[at:at+512])&0xffffffff)\nf.seek(0);f.write(d)\nX", "it stands on another file" },
        { "a vhd without footers", "qemu-img create -q -f vpc \"$1/bad\" 4M; printf x | dd of=\"$1/bad\" bs=1 seek=100 conv=notrunc status=none; truncate -s -512 \"$1/bad\"", "both copies of its footer are damaged" },
        { "a vhdx without headers", "qemu-img create -q -f vhdx \"$1/bad\" 4M; for i in 65540 131076; do printf xxxx | dd of=\"$1/bad\" bs=1 seek=$i conv=notrunc status=none; done", "both of its headers are damaged" },
        { "a vdi", "qemu-img create -q -f vdi \"$1/bad\" 1M", "it is in the format vdi" },
        { "nothing", ": > \"$1/bad\"", "too few for a disk" },
        { "zeros", "truncate -s 1M \"$1/bad\"", "the whole disk has nothing known" },
        { "no root", "mke2fs -q -F \"$1/bad\" 4M", "none of its file systems has a directory /etc" },
        { "swap", "truncate -s 1M \"$1/bad\"; mkswap -q \"$1/bad\"", "the whole disk has swap" },
        { "a cut squashfs", "mkdir -p \"$1/x/etc\"; head -c 300000 /dev/urandom > \"$1/x/etc/a\"; mksquashfs \"$1/x\" \"$1/whole\" -quiet -no-progress; head -c 100000 \"$1/whole\" > \"$1/bad\"", "it is cut off" },
        { "a squashfs of lzo", "mksquashfs \"$1\" \"$1/bad\" -quiet -no-progress -comp lzo", "its compression is lzo" },
        { "a squashfs that is no root", "mkdir \"$1/x\"; mksquashfs \"$1/x\" \"$1/bad\" -quiet -no-progress", "none of its file systems has a directory /etc" },
        { "an open journal", "cp \"$2\" \"$1/bad\"; debugfs -w -R 'feature needs_recovery' \"$1/bad\" 2>/dev/null >&2", "was not unmounted cleanly" },
        { "a cut file system", "head -c 50000000 \"$2\" > \"$1/bad\"", "it is cut off" },
        { "a cut qcow2", "qemu-img convert -O qcow2 \"$2\" \"$1/whole\"; head -c 5000000 \"$1/whole\" > \"$1/bad\"", "it is cut off" },
        { "a second name of nothing", "cd \"$1\"; : > x; ln x y; tar -cf bad x y; tar --delete -f bad x", "which is no file before it" },
        { "a name that leads out", "cd \"$1\"; : > x; tar --transform 's,^,../,' -P -cf bad x", "leads out of its root" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_cannot_be_read_is_one_error(string name, string make, string expected)
    {
        var folder = Directory.CreateDirectory(Tree[$"bad {name}"]).FullName;
        SampleTree.Run("sh", "-ec", make, "sh", folder, sample.Ext4.Value);
        Assert.Contains(expected, Assert.Throws<DiskImageException>(() => Unpack(Path.Combine(folder, "bad"), $"bad {name} unpacked")).Message);
    }

    [Fact]
    public void No_link_of_an_archive_leads_a_write_out()
    {
        var folder = Directory.CreateDirectory(Tree["links"]).FullName;
        var outside = Directory.CreateDirectory(Tree["outside"]).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "real"));
        File.WriteAllText(Path.Combine(folder, "real/file"), "x");
        File.CreateSymbolicLink(Path.Combine(folder, "way"), outside);
        SampleTree.Run("tar", "-C", folder, "-cf", Tree["links.tar"], "way");
        SampleTree.Run("tar", "-C", folder, "--transform", "s,^real,way,", "-rf", Tree["links.tar"], "real/file");
        // Below the root there is no such directory.
        Assert.Contains("behind a link that leads nowhere", Assert.Throws<DiskImageException>(() => Unpack(Tree["links.tar"], "links unpacked")).Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    /// <summary>Any bytes of an image may be wrong: it is read, or there is one error; it never hangs.</summary>
    [Theory]
    [InlineData("ext4")]
    [InlineData("qcow2")]
    [InlineData("gpt")]
    [InlineData("vmdk")]
    [InlineData("vmdk -o subformat=streamOptimized")]
    [InlineData("vpc")]
    [InlineData("vhdx -o block_size=1M")]
    [InlineData("squashfs -comp gzip")]
    [InlineData("squashfs -comp lz4")]
    [InlineData("squashfs -comp zstd -noI -noF")]
    public void Damaged_images_are_read_or_refused(string kind)
    {
        var folder = Directory.CreateDirectory(Tree[$"fuzz {kind}"]).FullName;
        var small = Directory.CreateDirectory(Path.Combine(folder, "tree/etc")).FullName;
        File.WriteAllBytes(Path.Combine(small, "file"), new byte[50_000]);
        File.CreateSymbolicLink(Path.Combine(small, "link"), "file");
        SampleTree.Run("setfattr", "-n", "user.a", "-v", "b", Path.Combine(small, "file"));
        var file = Path.Combine(folder, "image");
        SampleTree.Run("mke2fs", "-q", "-F", "-E", "root_owner", "-t", "ext4", "-O", "^has_journal", "-d", Path.Combine(folder, "tree"), file, "2M");
        if (kind.StartsWith("squashfs", StringComparison.Ordinal))
        {
            File.Delete(file);
            SampleTree.Run("mksquashfs", [Path.Combine(folder, "tree"), file, "-quiet", "-no-progress", .. kind.Split(' ')[1..]]);
        }
        else if (kind is not ("ext4" or "gpt"))
        {
            SampleTree.Run("qemu-img", ["convert", "-O", .. kind.Split(' '), file, file + "2"]);
            File.Move(file + "2", file, overwrite: true);
        }
        else if (kind == "gpt")
        {
            SampleTree.Run("sh", "-ec", "truncate -s 4M \"$1.g\"; printf 'label: gpt\\nstart=2048, size=2M, type=linux\\n' | sfdisk -q \"$1.g\"; dd if=\"$1\" of=\"$1.g\" bs=1M seek=1 conv=notrunc status=none; mv \"$1.g\" \"$1\"", "sh", file);
        }
        Damage.Try(file, kind.Length * 1000, path => Unpack(file, path));
    }

    UnpackedSource Unpack(string file, string target)
    {
        var root = Directory.CreateDirectory(Tree[target]).FullName;
        var scratch = Directory.CreateDirectory(Tree[$"scratch {Guid.NewGuid():n}"]).FullName;
        using var handle = DirectoryHandle.Open(root);
        try
        {
            return new DiskImageUnpacker(scratch, ExpansionLimit.Default, CancellationToken.None).Unpack(file, handle);
        }
        finally
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
        }
    }

    void Same(string target, bool isExact = false, bool withAccessLists = true)
    {
        var (expected, found) = ((isExact ? sample.Exactly : sample.InSeconds).Value, SampleTree.Describe(Tree[target], isExact));
        if (!withAccessLists)
            expected = [.. expected.Where(line => !line.StartsWith("system.posix_acl_", StringComparison.Ordinal))];
        Assert.True(expected.SequenceEqual(found), string.Join('\n', expected.Except(found).Take(20).Select(line => $"- {line}").Concat(found.Except(expected).Take(20).Select(line => $"+ {line}"))));
        SampleTree.Run("rm", "-rf", Tree[target]);
    }
}
