using System.Buffers.Binary;
using ImageSdk.DiskImages.Volumes;

namespace ImageSdk.DiskImages.Tests.FileSystems;

/// <summary>File systems of btrfs that the kernel or mkfs.btrfs fills, read without them.</summary>
public sealed class BtrfsTests(KernelFileSystem kernel) : IClassFixture<KernelFileSystem>
{
    /// <summary>Of this test alone: tools and the kernel refuse one that any device of the machine has.</summary>
    readonly Guid uuid = Guid.NewGuid();

    [MountTheory]
    [InlineData("single", "-m single -d single", "loop")]
    [InlineData("twice", "-m dup -d dup --csum sha256", "loop")]
    [InlineData("mixed", "-M -n 4096", "loop,nodatasum")]
    [InlineData("large nodes", "-n 65536 -O ^no-holes --csum xxhash", "loop,max_inline=0")]
    [InlineData("zlib", "--csum blake2", "loop,compress-force=zlib")]
    [InlineData("lzo", "", "loop,compress-force=lzo")]
    [InlineData("zstd", "", "loop,compress-force=zstd")]
    public void A_file_system_is_read_whole(string name, string make, string mount)
    {
        var (file, expected) = kernel.Make(name, "600M", $"mkfs.btrfs -q -L 'the root ü' -U {uuid} {make} \"$1\"", mount,
            more: "yes 'lines of text that become small' | head -c 3000000 > srv/data/text; for i in 1 2 3; do printf 'written over' | dd of=srv/data/text bs=1 seek=$((i * 300001)) conv=notrunc,fsync status=none; done; sync -f .");
        var source = kernel.Unpack(file, $"{name} unpacked");
        Assert.Equal("the root ü", source.Volume);
        Assert.Empty(source.Snapshots);
        kernel.Same(expected, $"{name} unpacked");
        File.Delete(file);
    }

    /// <summary>As Ubuntu, Debian and openSUSE lay them out.</summary>
    [MountTheory]
    [InlineData("@", "@home", false)]
    [InlineData("@rootfs", "below/homes", false)]
    [InlineData("odd name", "@home", true)]
    [InlineData("@/.snapshots/1/snapshot", "@/home", true)]
    public void Subvolumes_are_read_where_they_are_mounted(string root, string home, bool isDefault)
    {
        var name = $"subvolumes {root.Replace('/', '_')}";
        var (file, _) = kernel.Make(name, "200M", $"mkfs.btrfs -q -U {uuid} \"$1\"", fill: $$"""
            cd "$1"; root='{{root}}'; home='{{home}}'
            mkdir below; [ "${root%/*}" = "$root" ] || { btrfs -q subvolume create @; mkdir -p "$(dirname "$root")"; }
            btrfs -q subvolume create "$root"; btrfs -q subvolume create "$home"; mkdir -p "$root/etc" "$root/home" "$root/srv"; echo hidden > "$root/home/hidden"; echo user > "$home/user"
            btrfs -q subvolume create "$root/srv/nested"; echo nested > "$root/srv/nested/file"; ln "$root/srv/nested/file" "$root/srv/nested/again"
            printf 'UUID={{uuid}} / btrfs defaults,subvol=%s 0 0\nUUID={{uuid}} /home btrfs noatime,subvol=/%s 0 0\nUUID={{uuid}} /never btrfs subvol=never 0 0\n' "$root" "$home" > "$root/etc/fstab"
            btrfs -q subvolume snapshot "$root" "$root/srv/writable"; btrfs -q subvolume snapshot -r "$root" "$root/srv/backup"; echo changed > "$root/srv/writable/changed"
            {{(isDefault ? "btrfs subvolume set-default \"$root\"" : "")}}
            cd /
            """, more: ":");
        var source = kernel.Unpack(file, $"{name} unpacked");
        Assert.Equal(["/home"], source.Mounted.Select(mount => mount.Path));
        Assert.Contains("it has no subvolume never", Assert.Single(source.Others).Reason, StringComparison.Ordinal);
        Assert.StartsWith("backup (subvolume ", Assert.Single(source.Snapshots), StringComparison.Ordinal);
        var target = kernel[$"{name} unpacked"];
        Assert.Equal(
            [
                "etc", "etc/fstab", "home", "home/user", "srv", "srv/backup", "srv/nested", "srv/nested/again", "srv/nested/file", "srv/writable", "srv/writable/changed",
                "srv/writable/etc", "srv/writable/etc/fstab", "srv/writable/home", "srv/writable/home/hidden", "srv/writable/srv", "srv/writable/srv/nested",
            ],
            Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(target, path)).Order(StringComparer.Ordinal));
        Assert.Equal("2", SampleTree.Run("stat", "-c", "%h", Path.Combine(target, "srv/nested/file")).Trim());
        SampleTree.Run("rm", "-rf", target);
    }

    [Fact]
    public void A_file_system_that_was_never_mounted_is_read()
    {
        var file = MakeOfFolder("from a folder", 1000);
        kernel.Unpack(file, "folder unpacked");
        SampleTree.Run("diff", "-r", "--no-dereference", kernel["from a folder tree"], kernel["folder unpacked"]);
    }

    [MountFact]
    public void A_log_with_changes_is_one_error()
    {
        var (_, _) = kernel.Make("logged", "200M", $"mkfs.btrfs -q -U {uuid} \"$1\"", fill: "mkdir \"$1/etc\"; sync -f \"$1\"", more: "echo a > a; sync -f .; printf b | dd of=b conv=fsync status=none; cp ../logged ../open");
        Assert.Contains("its log has changes that are not in it yet (mounting it once applies them)", Assert.Throws<DiskImageException>(() => kernel.Unpack(kernel["open"], "open unpacked")).Message, StringComparison.Ordinal);
        SampleTree.Run("unshare", "--mount", "--propagation", "private", "sh", "-ec", "mount -o loop \"$1\" \"$2\"; umount \"$2\"", "sh", kernel["open"], kernel["mounted"]);
        kernel.Unpack(kernel["open"], "open unpacked");
        Assert.Equal("b", File.ReadAllText(kernel["open unpacked/b"]));
    }

    /// <summary>Of two copies the whole one is read, of contents as of trees.</summary>
    [Fact]
    public void A_damaged_copy_is_passed_by()
    {
        var file = MakeOfFolder("copies", 10, "-m dup -d dup");
        var bytes = File.ReadAllBytes(file);
        var marks = Enumerable.Range(0, bytes.Length / 4096).Where(sector => bytes.AsSpan(sector * 4096).StartsWith("the content "u8)).ToArray();
        Assert.Equal(2, marks.Length);
        foreach (var spoilt in marks)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[spoilt * 4096] ^= 1;
            // And a copy of each node of trees.
            var nodes = NodesOf(damaged).GroupBy(node => BinaryPrimitives.ReadUInt64LittleEndian(damaged.AsSpan(node + 48))).Where(copies => copies.Count() == 2).ToList();
            Assert.True(nodes.Count > 3);
            nodes.ForEach(copies => damaged[(spoilt == marks[0] ? copies.First() : copies.Last()) + 200] ^= 1);
            File.WriteAllBytes(file, damaged);
            kernel.Unpack(file, "copy unpacked");
            SampleTree.Run("diff", "-r", "--no-dereference", kernel["copies tree"], kernel["copy unpacked"]);
            SampleTree.Run("rm", "-rf", kernel["copy unpacked"]);
        }
        foreach (var spoilt in marks)
            bytes[spoilt * 4096] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.Contains("the checksum of the content", Assert.Throws<DiskImageException>(() => kernel.Unpack(file, "neither unpacked")).Message, StringComparison.Ordinal);
    }

    /// <summary>With checksums that are right again, so that more than they see the damage.</summary>
    [Fact]
    public void Damaged_ones_are_read_or_refused()
    {
        var file = MakeOfFolder("damaged", 60, "-m single -d single");
        Damage.Try(file, 7, target => kernel.Unpack(file, Path.GetFileName(target)), Mend, rounds: 80);
        File.Delete(file);
    }

    const int NodeSize = 16384;

    /// <summary>Nodes of trees begin with a checksum, then the identity of the file system.</summary>
    static IEnumerable<int> NodesOf(byte[] image) => Enumerable.Range(17, image.Length / NodeSize - 17).Select(index => index * NodeSize).Where(place => image.AsSpan(place + 32, 16).SequenceEqual(image.AsSpan(0x1_0020, 16)));

    static void Mend(byte[] image, int place)
    {
        foreach (var (start, length) in new[] { (place / NodeSize * NodeSize, NodeSize), (0x1_0000, 4096) })
            if (image.AsSpan(start + 32, 16).SequenceEqual(image.AsSpan(0x1_0020, 16)))
                BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(start), Crc32C.Of(image.AsSpan(start + 32, length - 32)));
    }

    string MakeOfFolder(string name, int names, string options = "")
    {
        var etc = Directory.CreateDirectory(kernel[name + " tree/etc"]).FullName;
        File.WriteAllText(Path.Combine(etc, "content"), "the content " + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i} ")));
        File.CreateSymbolicLink(Path.Combine(etc, "link"), new string('l', 300));
        SampleTree.Run("setfattr", "-n", "user.a", "-v", "b", Path.Combine(etc, "content"));
        var many = Directory.CreateDirectory(kernel[name + " tree/mäny"]).FullName;
        foreach (var number in Enumerable.Range(0, names))
            File.WriteAllText(Path.Combine(many, $"name\n{number}"), new string('x', number));
        SampleTree.Run("sh", "-ec", $"truncate -s {(options.Contains("-d dup", StringComparison.Ordinal) ? 256 : 48)}M \"$1\"; mkfs.btrfs -q -U {uuid} {options} --rootdir \"$1 tree\" \"$1\"", "sh", kernel[name]);
        return kernel[name];
    }
}
