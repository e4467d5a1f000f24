using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageSdk.Building.Archives;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.ArtifactBuilds;

/// <summary>Tar files and what is made of them.</summary>
public class ArchiveTests(SampleImage sample) : IClassFixture<SampleImage>
{
    [ArtifactFact("tar")]
    public async Task A_tar_file_has_all_of_the_tree_and_nothing_else()
    {
        var file = await sample.MakeAsync("tar");
        Assert.Equal("out.tar", Path.GetFileName(file));
        using var stream = File.OpenRead(file);
        var entries = ReadAll(new TarFileReader(stream));
        Assert.Equal(
            sample.Image.Tree.Index.Entries.Select(entry => entry.IsRoot ? "./" : $".{entry.Path}{(entry.Inode is DirectoryInode ? "/" : "")}"),
            entries.Select(entry => entry.Name.ToString()));
        var epoch = entries[0].Mtime;
        foreach (var (entry, tar) in sample.Image.Tree.Index.Entries.Zip(entries))
        {
            Assert.Equal((entry.Inode.Uid, entry.Inode.Gid), (tar.Uid, tar.Gid));
            Assert.True(tar.Mtime.CompareTo(epoch) <= 0, $"{entry.Path} is later than the epoch");
            switch (entry.Inode)
            {
                case RegularInode inode when tar.Type == '0':
                    Assert.Equal(inode.Size, (ulong)tar.Length);
                    Assert.Equal(inode.Mode & InodeMode.PermissionMask, tar.Mode);
                    if (inode.Size > 0)
                        Assert.Equal(inode.Hash, HashOf(stream, tar));
                    if (inode.Mtime.CompareTo(epoch) < 0 && inode.Mtime.Nanoseconds == 0)
                        Assert.Equal(inode.Mtime, tar.Mtime);
                    break;
                case SymlinkInode inode:
                    Assert.Equal(('2', inode.Target), (tar.Type, tar.LinkName));
                    break;
                case SpecialInode inode when (inode.Mode & InodeMode.TypeMask) != InodeMode.Fifo:
                    Assert.Equal(DeviceNumber.Decode(inode.Rdev), (tar.DeviceMajor, tar.DeviceMinor));
                    break;
            }
        }
        Assert.Equal("./opt/hard/one", entries.Single(entry => entry.Name == "./opt/hard/two").LinkName.ToString());
        Assert.Contains("security.capability", HostProgram.Run("tar", "--xattrs", "--xattrs-include=*", "-tvvf", file, "./opt/hard/capable"));
    }

    static List<TarFileEntry> ReadAll(TarFileReader reader)
    {
        var entries = new List<TarFileEntry>();
        while (reader.Read() is { } entry)
            entries.Add(entry);
        return entries;
    }

    static ObjectHash HashOf(Stream stream, TarFileEntry entry)
    {
        var content = new byte[entry.Length];
        stream.Position = entry.Start;
        stream.ReadExactly(content);
        return ObjectHash.Of(content);
    }

    [ArtifactFact("gzip", "zstd", "xz")]
    public async Task Compressed_tar_files_hold_the_plain_one()
    {
        var plain = File.ReadAllBytes(await sample.MakeAsync("tar"));
        foreach (var (format, program, settings) in new (string, string, string[])[]
        {
            ("tar.gz", "gzip", ["CompressionLevel=1"]), ("tar.zst", "zstd", []), ("tar", "zstd", ["Compression=zstd"]), ("tar.xz", "xz", ["CompressionLevel=1"]),
        })
        {
            var file = await sample.MakeAsync(format, settings);
            var decompressed = Path.Combine(sample.Workspace.Folder, "decompressed");
            HostProgram.Run("/bin/sh", "-c", "exec \"$1\" -dc \"$2\" > \"$3\"", "sh", program, file, decompressed);
            var content = File.ReadAllBytes(decompressed);
            var same = plain.AsSpan().CommonPrefixLength(content);
            Assert.True(
                same == plain.Length && same == content.Length,
                $"{format} has {content.Length} bytes instead of {plain.Length}, and others from {same} on, behind \"{LastNameBefore(plain, same)}\"");
        }
    }

    // The tar headers begin with names such as "./etc/passwd".
    static string LastNameBefore(ReadOnlySpan<byte> tar, int position)
    {
        var at = tar[..position].LastIndexOf("./"u8);
        return at < 0 ? "" : System.Text.Encoding.UTF8.GetString(tar.Slice(at, Math.Min(100, tar.Length - at))).TrimEnd('\0');
    }

    [ArtifactFact("skopeo", "umoci")]
    public async Task An_oci_layout_is_read_and_unpacked_by_others()
    {
        var folder = await sample.MakeAsync("oci", "CompressionLevel=1", "Tag=v1.2", "Command=/bin/echo;hello");
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(folder, "blobs", "sha256")))
            Assert.Equal(Path.GetFileName(blob), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(blob))));
        using var inspected = JsonDocument.Parse(HostProgram.Run("skopeo", "inspect", $"oci:{folder}:v1.2"));
        Assert.Equal("amd64", inspected.RootElement.GetProperty("Architecture").GetString());
        Assert.Equal("Debian", inspected.RootElement.GetProperty("Labels").GetProperty("OsName").GetString());
        using var config = JsonDocument.Parse(HostProgram.Run("skopeo", "inspect", "--config", $"oci:{folder}:v1.2"));
        Assert.Equal(["/bin/echo", "hello"], config.RootElement.GetProperty("config").GetProperty("Cmd").EnumerateArray().Select(word => word.GetString()));
        var bundle = Path.Combine(sample.Workspace.Folder, "bundle");
        string[] rootless = Processes.IsRoot ? [] : ["--rootless"];
        HostProgram.Run("umoci", ["unpack", .. rootless, "--image", $"{folder}:v1.2", bundle]);
        Assert.Equal("one\n", File.ReadAllText(Path.Combine(bundle, "rootfs/opt/hard/two")));
        Assert.Equal("../nowhere/at/all", new FileInfo(Path.Combine(bundle, "rootfs/opt/hard/broken")).LinkTarget);
        using var unpacked = DirectoryHandle.Open(Path.Combine(bundle, "rootfs/opt/hard"));
        Assert.NotNull(unpacked.TryStat([.. "latin-"u8, 0xE4]));
        using var parent = DirectoryHandle.Open(sample.Workspace.Folder);
        parent.RemoveTree("bundle"u8);
    }

    [ImageFact]
    public async Task Kernel_and_initrd_come_with_a_manifest_and_boot_parameters()
    {
        var folder = await sample.MakeAsync("kernel", "KernelCommandLine=console=ttyS0 quiet");
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(folder, "kernel")));
        Assert.Equal("first\n", File.ReadAllText(Path.Combine(folder, "initrd")));
        Assert.Equal("console=ttyS0 quiet\n", File.ReadAllText(Path.Combine(folder, "boot_parameters")));
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
        var artifacts = manifest.RootElement.GetProperty("artifacts").EnumerateArray().ToList();
        Assert.Equal(
            ["application/vnd.cray.image.kernel", "application/vnd.cray.image.initrd", "application/vnd.cray.image.parameters.boot"],
            artifacts.Select(artifact => artifact.GetProperty("type").GetString()));
        foreach (var artifact in artifacts)
            Assert.Equal(
                artifact.GetProperty("md5").GetString(),
                Convert.ToHexStringLower(MD5.HashData(File.ReadAllBytes(Path.Combine(folder, artifact.GetProperty("link").GetProperty("path").GetString()!)))));
    }

    [ImageFact]
    public async Task A_directory_has_the_tree_and_can_be_removed()
    {
        var folder = await sample.MakeAsync("directory");
        using (var hard = DirectoryHandle.Open(Path.Combine(folder, "opt/hard")))
        {
            Assert.Equal(2u, hard.Stat("one"u8).LinkCount);
            Assert.Equal(hard.Stat("one"u8).Inode, hard.Stat("two"u8).Inode);
            Assert.NotNull(hard.TryStat("line\nbreak"u8));
            if (Processes.IsRoot)
            {
                Assert.Equal((1234u, 0x9EDu), (hard.Stat("one"u8).Uid, hard.Stat("one"u8).Permissions));
                Assert.Equal(DeviceNumber.Encode(5, 70000), hard.Stat("char"u8).Rdev);
                Assert.Contains("security.capability", hard.ReadAttributes("capable"u8).Select(attribute => Encoding.UTF8.GetString(attribute.Name)));
            }
            else
                Assert.Null(hard.TryStat("char"u8));
        }
        var build = new ImageBuild(sample.Workspace.StateOf(sample.Project), new RecordingListener());
        await build.RemoveArtifactsAsync([folder], sample.Workspace.Workers, CancellationToken.None);
        Assert.False(Directory.Exists(folder));
        Assert.False(File.Exists(folder + ".json"));
    }
}
