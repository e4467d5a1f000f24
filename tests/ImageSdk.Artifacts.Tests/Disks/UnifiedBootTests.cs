using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Artifacts.Registry;

namespace ImageSdk.Artifacts.Tests.Disks;

/// <summary>Unified kernels, signatures and hashes, as the programs see them that know their forms.</summary>
[Trait("Category", "Disk")]
public sealed class UnifiedBootTests : IDisposable
{
    const string StubFile = $"/usr/lib/systemd/boot/efi/{UnifiedKernel.Stub}";

    readonly SampleRoot sample = new(withKernel: false);

    public UnifiedBootTests()
    {
        sample.AddFile("/etc/os-release", "ID=sample\n");
        sample.AddDirectory("/usr/share/initramfs-tools/hooks");
        sample.AddFile("/usr/share/initramfs-tools/hooks/dmsetup", "#!/bin/sh\n");
        sample.AddKernel("dm-mod", "dm-verity");
    }

    public void Dispose() => sample.Dispose();

    /// <summary>Writes a key and its certificate.</summary>
    (string Key, string Certificate) NewKey(string name, RSA? given = null)
    {
        using var key = given ?? RSA.Create(2048);
        var request = new CertificateRequest($"CN={name} ü", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var (keyFile, certificateFile) = (Path.Combine(sample.Folder, $"{name}.key"), Path.Combine(sample.Folder, $"{name}.crt"));
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        return (keyFile, certificateFile);
    }

    [BootFact]
    public void A_unified_kernel_has_its_parts_and_a_signature_that_its_certificate_verifies()
    {
        var (key, certificate) = NewKey("ours");
        var (_, other) = NewKey("other");
        (string, string)[] settings = [("KernelCommandLine", "root=LABEL=x quiet"), ("SecureBootKey", key), ("SecureBootCertificate", certificate)];

        var (file, again) = (sample.Make("uki", settings: settings), sample.Make("uki", backwards: true, settings: settings));

        var bytes = File.ReadAllBytes(file);
        Assert.Equal(bytes, File.ReadAllBytes(again));
        using var image = new PEReader(new MemoryStream(bytes));
        Assert.Equal("root=LABEL=x quiet", TextOf(".cmdline"));
        Assert.Equal("ID=sample\n", TextOf(".osrel"));
        Assert.Equal("6.1.0-10-test", TextOf(".uname"));
        Assert.Equal(new string('k', 70_000), TextOf(".linux"));
        Assert.Equal(new string('i', 90_000), TextOf(".initrd"));
        Assert.Contains("Signature verification OK", DiskTools.Run("sbverify", "--cert", certificate, file));
        Assert.Throws<Xunit.Sdk.TrueException>(() => DiskTools.Run("sbverify", "--cert", other, file));
        bytes[image.PEHeaders.SectionHeaders.Single(section => section.Name == ".cmdline").PointerToRawData] ^= 1;
        File.WriteAllBytes(again, bytes);
        Assert.Throws<Xunit.Sdk.TrueException>(() => DiskTools.Run("sbverify", "--cert", certificate, again));

        string TextOf(string section)
        {
            var header = image.PEHeaders.SectionHeaders.Single(header => header.Name == section);
            return Encoding.UTF8.GetString(bytes, header.PointerToRawData, header.VirtualSize);
        }
    }

    [BootFact]
    public void A_root_with_hashes_verifies_and_a_flipped_bit_does_not()
    {
        var (key, certificate) = NewKey("ours");
        (string, string)[] settings =
            [("Boot", "systemd-boot"), ("Verity", "overlay"), ("SecureBootKey", key), ("SecureBootCertificate", certificate), ("Partitions", "[{\"MountPoint\":\"/var\",\"AfterRoot\":true}]")];

        var (disk, again) = (sample.Make("raw", settings: settings), sample.Make("raw", backwards: true, settings: settings));

        Assert.Equal(HashOf(disk), HashOf(again));
        Assert.Contains("No errors detected", DiskTools.Run("sfdisk", "--verify", disk));
        var partitions = SampleRoot.PartitionsOf(disk);
        var (efi, root, hashes) = (Cut(disk, partitions[0], "efi"), Cut(disk, partitions[1], "root.part"), Cut(disk, partitions[2], "hashes"));
        DiskTools.Run("e2fsck", "-fn", root);
        DiskTools.Run("fsck.vfat", "-n", efi);
        var kernel = Path.Combine(sample.Folder, "kernel.efi");
        DiskTools.Run("mcopy", "-i", efi, "::/EFI/Linux/linux-6.1.0-10-test.efi", kernel);
        DiskTools.Run("mcopy", "-i", efi, "::/EFI/BOOT/BOOTX64.EFI", "::/EFI/systemd/systemd-bootx64.efi", "::/loader/loader.conf", sample.Folder);
        foreach (var program in new[] { kernel, Path.Combine(sample.Folder, "BOOTX64.EFI") })
            Assert.Contains("Signature verification OK", DiskTools.Run("sbverify", "--cert", certificate, program));
        var hash = File.ReadAllText(kernel, Encoding.Latin1).Split("roothash=")[1][..64];
        DiskTools.Run("veritysetup", "verify", root, hashes, hash);
        // The same as the tool makes, with the same salt and identifier.
        var own = Path.Combine(sample.Folder, "own");
        var header = DiskTools.Run("veritysetup", "dump", hashes).Split('\n');
        Assert.Contains(hash, DiskTools.Run("veritysetup", "format", $"--salt={Field("Salt:")}", $"--uuid={Field("UUID:")}", root, own));
        Assert.Equal(File.ReadAllBytes(own), File.ReadAllBytes(hashes)[..(int)new FileInfo(own).Length]);
        var table = DiskTools.Run("sfdisk", "--dump", disk).Replace("-", "").ToLowerInvariant();
        Assert.Contains($"uuid={hash[..32]}", table);
        Assert.Contains($"uuid={hash[32..]}", table);
        Assert.DoesNotContain("/ ext4", DiskTools.Run("debugfs", "-R", "cat /etc/fstab", root).Replace("  ", " "));
        using (var changed = File.OpenWrite(root))
        {
            changed.Position = changed.Length / 2;
            changed.WriteByte(1);
        }
        Assert.Throws<Xunit.Sdk.TrueException>(() => DiskTools.Run("veritysetup", "verify", root, hashes, hash));

        string Field(string name) => header.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
    }

    string Cut(string disk, (long Start, long Size) partition, string name)
    {
        var file = Path.Combine(sample.Folder, name);
        using var from = File.OpenRead(disk);
        using var to = File.Create(file);
        from.Position = partition.Start;
        var bytes = new byte[partition.Size];
        from.ReadExactly(bytes);
        to.Write(bytes);
        return file;
    }

    static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    [BootFact]
    public void A_damaged_stub_is_refused_or_used_and_nothing_else()
    {
        var stub = File.ReadAllBytes(StubFile);
        var random = new Random(21);
        for (var round = 0; round < 3000; round++)
        {
            var damaged = stub[..(round % 3 == 0 ? random.Next(stub.Length) : stub.Length)];
            for (var change = random.Next(4); change >= 0 && damaged.Length > 0; change--)
                damaged[random.Next(Math.Min(damaged.Length, 1024))] = (byte)random.Next(256);
            try
            {
                var image = new PeImage(damaged, "stub");
                image.Add(".linux", new byte[100]);
                image.Write(new MemoryStream(), null);
            }
            catch (ArtifactException exception)
            {
                Assert.True(exception.Code is "IMG1701" or "IMG1703", exception.Message);
            }
        }
    }

    [BootFact]
    public void What_does_not_go_together_is_refused_before_anything_is_made()
    {
        var (key, certificate) = NewKey("ours");
        var (otherKey, _) = NewKey("other");
        var (weakKey, weakCertificate) = NewKey("weak", RSA.Create(1024));
        var secret = Path.Combine(sample.Folder, "no key");
        File.WriteAllText(secret, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");

        Refused("IMG1702", ("SecureBootKey", key));
        Refused("IMG1702", ("SecureBootKey", otherKey), ("SecureBootCertificate", certificate));
        Refused("IMG1702", ("SecureBootKey", weakKey), ("SecureBootCertificate", weakCertificate));
        Refused("IMG1702", ("SecureBootKey", "/dev/zero"), ("SecureBootCertificate", certificate));
        Refused("IMG1702", ("SecureBootKey", sample.Folder + "/gone"), ("SecureBootCertificate", certificate));
        Refused("IMG6002", ("SecureBootKey", "here.key"), ("SecureBootCertificate", certificate));
        Assert.DoesNotContain("c2VjcmV0", Refused("IMG1702", ("SecureBootKey", secret), ("SecureBootCertificate", certificate)));
        Refused("IMG1704", ("Boot", "grub"), ("SecureBootKey", key), ("SecureBootCertificate", certificate));
        Refused("IMG1704", ("Verity", "overlay"));
        Refused("IMG1704", ("Boot", "uki"), ("Firmware", "bios"));
        Refused("IMG1704", ("Boot", "uki"), ("Verity", "overlay"), ("FileSystem", "btrfs"));
        Refused("IMG1704", ("Boot", "uki"), ("Verity", "overlay"), ("RootGrow", "true"));

        string Refused(string code, params (string Name, string Value)[] settings)
        {
            var exception = Assert.Throws<ArtifactException>(() => ArtifactFormats.Find("raw").ReadSettings(settings.ToDictionary(pair => pair.Name, pair => pair.Value)));
            Assert.Equal(code, exception.Code);
            return exception.ToString();
        }
    }

    sealed class BootFactAttribute : FactAttribute
    {
        public BootFactAttribute() => Skip = DiskTools.WhyNot
            ?? new[] { "sbverify", "veritysetup" }.Where(program => new HostTool(program, "").Find() is null).Select(program => $"{program} is not installed").FirstOrDefault()
            ?? (File.Exists(StubFile) ? null : $"{StubFile} is not there");
    }
}
