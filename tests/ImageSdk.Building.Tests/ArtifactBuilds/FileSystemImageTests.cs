using System.Text.Json;
using System.Text.RegularExpressions;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.ArtifactBuilds;

public partial class FileSystemImageTests(SampleImage sample) : IClassFixture<SampleImage>
{
    [ArtifactFact("mksquashfs", "unsquashfs")]
    public async Task A_squashfs_has_the_images_tree()
    {
        var file = await sample.MakeAsync("squashfs", "CompressionLevel=1");
        Assert.Equal("out.squashfs", Path.GetFileName(file));
        var summary = HostProgram.Run("unsquashfs", "-s", file);
        // The root has no number of its own in the model.
        Assert.Contains($"Number of inodes {sample.Image.Tree.InodeTable.Count + 1}\n", summary);
        Assert.Contains("Number of xattr ids 1\n", summary);
        Assert.Contains("Compression zstd\n", summary);
        var lines = HostProgram.Run("unsquashfs", "-lln", "-d", "root", file).Split('\n');
        Assert.Matches($"^drwxr-xr-x 0/0 [0-9]+ {EpochOf(file)} root$", Squeeze(lines[0]));
        AssertLine(lines, "brw-r----- 0/0 8, 1 ", "/block");
        Assert.Contains(lines, line => line.StartsWith("crw-r--r-- 0/0 ", StringComparison.Ordinal) && line.EndsWith(" root/opt/hard/char", StringComparison.Ordinal));
        AssertLine(lines, "-rwsr-xr-x 1234/5678 4 ", "/two");
        AssertLine(lines, "lrwxrwxrwx 1/8 3 ", "/link -> one");
        AssertLine(lines, "drwxrwsr-x 1/8 3 ", "/group");
        Assert.DoesNotContain(lines, line => line.EndsWith("/opt/filtered", StringComparison.Ordinal));
        Assert.Equal("one\n", HostProgram.Run("unsquashfs", "-cat", file, "opt/hard/two"));

        void AssertLine(string[] lines, string start, string name) =>
            Assert.Contains($"{start}{EpochOf(file)} root/opt/hard{name}", lines.Select(Squeeze));
    }

    static string EpochOf(string artifact)
    {
        using var record = JsonDocument.Parse(File.ReadAllText(artifact + ".json"));
        return DateTimeOffset.FromUnixTimeSeconds(record.RootElement.GetProperty("Epoch").GetInt64()).ToString("yyyy-MM-dd HH:mm");
    }

    static string Squeeze(string line) => Blanks().Replace(line, " ");

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();

    [ArtifactFact("mksquashfs", "unsquashfs")]
    public async Task A_squashfs_takes_its_compression_level_and_block_size()
    {
        var file = await sample.MakeAsync("squashfs", "Compression=gzip", "CompressionLevel=1", "BlockSize=256K");
        var summary = HostProgram.Run("unsquashfs", "-s", file);
        Assert.Contains("Compression gzip\n", summary);
        Assert.Contains("compression-level 1\n", summary);
        Assert.Contains("Block size 262144\n", summary);
    }

    [ArtifactFact("mkfs.erofs", "fsck.erofs", "dump.erofs")]
    public async Task An_erofs_has_the_images_tree()
    {
        var file = await sample.MakeAsync("erofs", "Compression=lz4");
        HostProgram.Run("fsck.erofs", file);
        Assert.Contains($"{sample.Image.Tree.InodeTable.Count + 1}\n", HostProgram.Run("dump.erofs", "-s", file));
        Assert.Contains("char dev", HostProgram.Run("dump.erofs", "--path=/opt/hard/char", file));
        Assert.Contains("block dev", HostProgram.Run("dump.erofs", "--path=/opt/hard/block", file));
        Assert.Contains("Links: 2", HostProgram.Run("dump.erofs", "--path=/opt/hard/two", file));
        var one = HostProgram.Run("dump.erofs", "--path=/opt/hard/one", file);
        // The tool shows no set-uid bits.
        Assert.Contains("Uid: 1234   Gid: 5678  Access: 0755/", one);
        Assert.Contains($"Timestamp: {EpochOf(file)}", one);
        Assert.DoesNotContain("Xattr size: 0", HostProgram.Run("dump.erofs", "--path=/opt/hard/capable", file));
        if (!Processes.IsRoot)
            return;
        var folder = Path.Combine(sample.Workspace.Folder, "extracted");
        HostProgram.Run("fsck.erofs", $"--extract={folder}", "--preserve", "--force", file);
        using (var hard = DirectoryHandle.Open(Path.Combine(folder, "opt/hard")))
            Assert.Equal((DeviceNumber.Encode(8, 1), 0x1A0u), (hard.Stat("block"u8).Rdev, hard.Stat("block"u8).Permissions));
        foreach (var (path, _, inode) in sample.Image.Tree.Index.Entries)
            if (inode is RegularInode { Size: > 0 } regular && path.Span.StartsWith("/etc/"u8))
                Assert.Equal(regular.Hash, ObjectHash.Of(File.ReadAllBytes(folder + path)));
        using var parent = DirectoryHandle.Open(sample.Workspace.Folder);
        parent.RemoveTree("extracted"u8);
    }
}
