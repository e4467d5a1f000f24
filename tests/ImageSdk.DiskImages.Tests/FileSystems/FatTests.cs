namespace ImageSdk.DiskImages.Tests.FileSystems;

/// <summary>FAT file systems that mkfs.vfat and mtools fill, and how they are mounted below a root.</summary>
public sealed class FatTests(KernelFileSystem kernel) : IClassFixture<KernelFileSystem>
{
    const string Uuid = "01234567-89ab-cdef-0123-456789abcdef";

    /// <summary>Fills the file system of the first argument.</summary>
    const string Fill = """
        export MTOOLS_SKIP_CHECK=1 MTOOLS_LOWER_CASE=0 TZ=UTC; export LC_ALL=C.UTF-8; exec < /dev/null; disk=$1; tree="$1 tree"
        mkdir -p "$tree/EFI/BOOT" "$tree/EFI/Debian" "$tree/etc" "$tree/many"
        head -c 70001 /dev/urandom > "$tree/EFI/BOOT/BOOTX64.EFI"; printf 'set prefix' > "$tree/EFI/Debian/grub.cfg"; : > "$tree/etc/empty"; : > "$tree/README.TXT"
        printf long > "$tree/$(printf %0200d 7).conf"; printf umlaut > "$tree/ünï côdé 漢字.txt"; printf mixed > "$tree/Mixed Case.Text"; printf lower > "$tree/lower.txt"
        for i in $(seq 400); do printf %s "$i" > "$tree/many/a name that is not short $i"; done
        find "$tree" -exec touch -d 2024-02-29T12:34:56Z {} +
        mcopy -i "$disk" -s -m "$tree"/* ::
        mattrib -i "$disk" +r ::/EFI/Debian/grub.cfg
        # Holes between the pieces of a file.
        mdel -i "$disk" '::/many/a name that is not short 1*'; head -c 50000 /dev/urandom > "$tree/pieces"; touch -d 2024-02-29T12:34:56Z "$tree/pieces"; mcopy -i "$disk" -m "$tree/pieces" ::
        rm "$tree"/many/a\ name\ that\ is\ not\ short\ 1*; touch -d 2024-02-29T12:34:56Z "$tree/many"
        """;

    [Theory]
    [InlineData("12", "2M", "-F 12 -s 1")]
    [InlineData("16", "16M", "-F 16 -f 1")]
    [InlineData("32", "40M", "-F 32 -s 1")]
    [InlineData("32 in large sectors", "160M", "-F 32 -S 2048 -s 1")]
    public void A_file_system_is_read_whole(string name, string size, string options)
    {
        var file = Make(name, size, $"-n 'THE BOOT' {options}");
        var target = $"{name} unpacked";
        var source = kernel.Unpack(file, target);
        Assert.Equal("THE BOOT", source.Volume);
        Assert.Equal(Describe(file + " tree"), Describe(kernel[target]));
        Assert.Equal("755 755 555", SampleTree.Run("stat", "-c", "%a", kernel[target], kernel[target + "/README.TXT"], kernel[target + "/EFI/Debian/grub.cfg"]).Trim().Replace('\n', ' '));
        SampleTree.Run("rm", "-rf", kernel[target], file);
    }

    [Theory]
    [InlineData("UUID=1234-ABCD", "umask=0077", "700 700")]
    [InlineData("LABEL=THE\\040BOOT", "defaults,uid=12,gid=34,fmask=0137,dmask=27", "750 640")]
    [InlineData("PARTUUID=11111111-2222-3333-4444-555555555555", "defaults", "755 755")]
    [InlineData("/dev/disk/by-uuid/1234-ABCD", "ro", "755 755")]
    public void An_efi_partition_is_below_the_root_with_the_modes_of_its_mount(string source, string options, string modes)
    {
        var name = $"esp {options}";
        var esp = Make(name + " esp", "40M", "-F 32 -i 1234abcd -n 'THE BOOT'");
        var disk = MakeDisk(name, esp, $"LABEL=root / ext4 defaults 0 1\n{source} /boot/efi vfat {options} 0 1\n");
        var unpacked = kernel.Unpack(disk, $"{name} unpacked");
        Assert.Equal([("/boot/efi", 1)], unpacked.Mounted.Select(mount => (mount.Path, mount.Partition.Number)));
        Assert.Empty(unpacked.Others);
        var below = kernel[$"{name} unpacked/boot/efi"];
        Assert.Equal(Describe(esp + " tree"), Describe(below));
        Assert.Equal(modes, SampleTree.Run("stat", "-c", "%a", below, Path.Combine(below, "README.TXT")).Trim().Replace('\n', ' '));
        if (Environment.IsPrivilegedProcess && options.Contains("uid", StringComparison.Ordinal))
            Assert.Equal("12:34", SampleTree.Run("stat", "-c", "%u:%g", below).Trim());
        SampleTree.Run("rm", "-rf", kernel[$"{name} unpacked"], disk, esp);
    }

    [Fact]
    public void A_mount_that_makes_no_sense_is_reported_with_the_partition()
    {
        var disk = MakeDisk("senseless", Make("senseless esp", "40M", "-F 32 -i 1234abcd"), "UUID=1234-ABCD /boot/efi vfat umask=rw 0 1\n");
        Assert.Equal((1, "/boot/efi: the mask rw in /etc/fstab is no octal number"), Assert.Single(kernel.Unpack(disk, "senseless unpacked").Others) is var (partition, reason) ? (partition.Number, reason) : default);
    }

    [Theory]
    [InlineData("12", "512K", "-F 12 -s 1")]
    [InlineData("16", "3M", "-F 16 -s 1")]
    [InlineData("32", "35M", "-F 32 -s 1")]
    public void Damaged_ones_are_read_or_refused(string bits, string size, string options)
    {
        var file = kernel[$"damaged {bits}"];
        SampleTree.Run("sh", "-ec", $"export MTOOLS_SKIP_CHECK=1; truncate -s {size} \"$1\"; mkfs.vfat {options} \"$1\" > /dev/null; mmd -i \"$1\" ::/etc; for i in 1 2 3; do head -c 20000 /dev/urandom > \"$1 c\"; mcopy -i \"$1\" \"$1 c\" \"::/etc/a long name $i\"; done", "sh", file);
        Damage.Try(file, bits[0], target => kernel.Unpack(file, Path.GetFileName(target)), rounds: bits == "32" ? 40 : 100);
        // Those that lead in circles, too.
        var bytes = File.ReadAllBytes(file);
        foreach (var value in new byte[] { 0, 2, 3, 0xFF })
        {
            var table = (bytes[14] | bytes[15] << 8) * 512;
            File.WriteAllBytes(file, [.. bytes[..(table + 4)], .. Enumerable.Repeat(value, 400), .. bytes[(table + 404)..]]);
            Assert.ThrowsAny<DiskImageException>(() => kernel.Unpack(file, $"circle {bits} {value}"));
        }
    }

    static string Describe(string root) => SampleTree.Run("sh", "-ec", "cd \"$1\"; find . -mindepth 1 -printf '%P\t%y %T@\n' | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum", "sh", root);

    string Make(string name, string size, string options)
    {
        SampleTree.Run("sh", "-ec", $"truncate -s {size} \"$1\"; mkfs.vfat {options} \"$1\" > /dev/null\n{Fill}", "sh", kernel[name]);
        return kernel[name];
    }

    string MakeDisk(string name, string esp, string table)
    {
        var root = Directory.CreateDirectory(kernel[$"{name} root/etc"]).Parent!.FullName;
        Directory.CreateDirectory(Path.Combine(root, "boot/efi"));
        File.WriteAllText(Path.Combine(root, "etc/fstab"), table);
        SampleTree.Run("sh", "-ec", """
            mke2fs -q -F -E root_owner -L root -d "$2" "$2.img" 4M; truncate -s 60M "$1"
            printf 'label: gpt\nsize=40M, type=uefi, uuid=11111111-2222-3333-4444-555555555555\nsize=4M, type=linux\n' | sfdisk -q "$1"
            dd if="$3" of="$1" bs=1M seek=1 conv=notrunc status=none; dd if="$2.img" of="$1" bs=1M seek=41 conv=notrunc status=none
            """, "sh", kernel[name + ".disk"], root, esp);
        return kernel[name + ".disk"];
    }
}
