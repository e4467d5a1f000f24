using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageSdk.Archives;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
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

    static ObjectHash HashOf(FileStream stream, TarFileEntry entry)
    {
        var content = new byte[entry.Length];
        if (entry.Pieces is { } pieces)
            new TarContent(stream.SafeFileHandle, pieces, entry.Length).ReadExactly(content);
        else
        {
            stream.Position = entry.Start;
            stream.ReadExactly(content);
        }
        return ObjectHash.Of(content);
    }

    [ArtifactFact("tar")]
    public async Task A_file_of_holes_takes_no_room_in_a_tar_file_and_is_whole_for_others()
    {
        var sparse = await sample.MakeAsync("tar");
        var plain = await sample.MakeAsync("tar", "Sparse=false");
        Assert.InRange(new FileInfo(plain).Length - new FileInfo(sparse).Length, 2_500_000, 3 << 20);
        using (var stream = File.OpenRead(sparse))
        {
            var entry = ReadAll(new TarFileReader(stream)).Single(entry => entry.Pieces is not null);
            Assert.Equal(("./opt/hard/sparse", (3L << 20) + 4), (entry.Name.ToString(), entry.Length));
        }
        var folder = Directory.CreateDirectory(Path.Combine(sample.Workspace.Folder, "extracted")).FullName;
        HostProgram.Run("tar", "-xf", sparse, "-C", folder, "./opt/hard/sparse", "./opt/hard/one");
        var content = File.ReadAllBytes(Path.Combine(folder, "opt/hard/sparse"));
        Assert.Equal((3 << 20) + 4, content.Length);
        Assert.Equal("end\n"u8, content.AsSpan(3 << 20));
        Assert.False(content.AsSpan(0, 3 << 20).ContainsAnyExcept((byte)0));
        Assert.Equal("one\n", File.ReadAllText(Path.Combine(folder, "opt/hard/one")));
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

    [ArtifactFact("skopeo", "umoci")]
    public async Task A_layer_without_zeros_is_whole_for_others()
    {
        var sparse = await sample.MakeAsync("oci", "Compression=none", "Sparse=true");
        var plain = await sample.MakeAsync("oci", "Compression=none");
        Assert.InRange(SizeOf(plain) - SizeOf(sparse), 2_500_000, 3 << 20);
        HostProgram.Run("skopeo", "inspect", $"oci:{sparse}:latest");
        string[] rootless = Processes.IsRoot ? [] : ["--rootless"];
        HostProgram.Run("umoci", ["unpack", .. rootless, "--image", $"{sparse}:latest", Path.Combine(sample.Workspace.Folder, "holes")]);
        var content = File.ReadAllBytes(Path.Combine(sample.Workspace.Folder, "holes/rootfs/opt/hard/sparse"));
        Assert.Equal((3 << 20) + 4, content.Length);
        Assert.Equal("end\n"u8, content.AsSpan(3 << 20));
        Assert.False(content.AsSpan(0, 3 << 20).ContainsAnyExcept((byte)0));
        using var parent = DirectoryHandle.Open(sample.Workspace.Folder);
        parent.RemoveTree("holes"u8);

        static long SizeOf(string layout) => Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256")).Max(blob => new FileInfo(blob).Length);
    }

    [ImageFact]
    public async Task An_oci_layout_says_how_it_is_run()
    {
        using var said = await ConfigAsync(
            "Entrypoint=[\"nginx\",\"-g\",\"daemon off;\"]", "Environment=PATH=/opt/bin;LANG=C.UTF-8", "Ports=80;53/UDP;80/tcp", "Volumes=/srv",
            "User=www-data:33", "WorkingDirectory=/srv", "StopSignal=SIGRTMIN+3", "Labels={\"OsName\":\"mine; all\"}",
            "HealthCheck={\"Test\":[\"CMD-SHELL\",\"curl -f http://localhost/ || exit 1\"],\"Interval\":30000000000}");
        var config = said.RootElement.GetProperty("config");
        Assert.Equal("""["nginx","-g","daemon off;"]""", config.GetProperty("Entrypoint").GetRawText());
        Assert.False(config.TryGetProperty("Cmd", out _));
        Assert.Equal("""["PATH=/opt/bin","LANG=C.UTF-8"]""", config.GetProperty("Env").GetRawText());
        Assert.Equal("""{"53/udp":{},"80/tcp":{}}""", config.GetProperty("ExposedPorts").GetRawText());
        Assert.Equal("""{"/srv":{}}""", config.GetProperty("Volumes").GetRawText());
        Assert.Equal("www-data:33", config.GetProperty("User").GetString());
        Assert.Equal("/srv", config.GetProperty("WorkingDir").GetString());
        Assert.Equal("SIGRTMIN+3", config.GetProperty("StopSignal").GetString());
        Assert.Equal("mine; all", config.GetProperty("Labels").GetProperty("OsName").GetString());
        Assert.Equal("""{"Test":["CMD-SHELL","curl -f http://localhost/ || exit 1"],"Interval":30000000000}""", config.GetProperty("Healthcheck").GetRawText());

        using var plain = await ConfigAsync("OutputName=plain.oci");
        Assert.Equal(["Env", "Cmd", "Labels"], plain.RootElement.GetProperty("config").EnumerateObject().Select(member => member.Name));
        using var silent = await ConfigAsync("Command=[]", "OutputName=silent.oci");
        Assert.False(silent.RootElement.GetProperty("config").TryGetProperty("Cmd", out _));

        async Task<JsonDocument> ConfigAsync(params string[] options)
        {
            var folder = await sample.MakeAsync("oci", [.. options, "Compression=none"]);
            JsonElement Blob(JsonElement descriptor) =>
                JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "blobs/sha256", descriptor.GetProperty("digest").GetString()!["sha256:".Length..]))).RootElement;
            var manifest = Blob(JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "index.json"))).RootElement.GetProperty("manifests")[0]);
            return JsonDocument.Parse(Blob(manifest.GetProperty("config")).GetRawText());
        }
    }

    [ImageTheory]
    [InlineData("IMG6002", "Ports=0")]
    [InlineData("IMG6002", "Ports=80/icmp")]
    [InlineData("IMG6002", "Environment=novalue")]
    [InlineData("IMG6002", "Volumes=srv")]
    [InlineData("IMG6002", "WorkingDirectory=srv")]
    [InlineData("IMG6002", "User=a b")]
    [InlineData("IMG6002", "User=a:b:c")]
    [InlineData("IMG6002", "StopSignal=TERM")]
    [InlineData("IMG6161", "HealthCheck={\"Test\":[\"curl\"]}")]
    [InlineData("IMG6161", "HealthCheck={\"Test\":[\"CMD\"]}")]
    [InlineData("IMG6161", "HealthCheck={\"Test\":[\"CMD\",\"true\"],\"Interval\":30}")]
    [InlineData("IMG6161", "HealthCheck={\"Tests\":[\"CMD\",\"true\"]}")]
    [InlineData("IMG6161", "HealthCheck=curl")]
    public async Task Mistakes_about_containers_are_told(string code, string option) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<BuildException>(() => sample.MakeAsync("oci", option))).Diagnostic.Code);

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
        ArtifactRemoval Removal(params string[] keep) => new(
            Path.GetDirectoryName(folder)!, Path.GetFileNameWithoutExtension(folder), "another/stream", keep, sample.Workspace.CacheDirectory, All: false);
        await build.RemoveArtifactsAsync(Removal(folder), sample.Workspace.Workers, CancellationToken.None);
        Assert.True(Directory.Exists(folder));
        await build.RemoveArtifactsAsync(Removal(), sample.Workspace.Workers, CancellationToken.None);
        Assert.False(Directory.Exists(folder));
        Assert.False(File.Exists(folder + ".json"));
    }
}
