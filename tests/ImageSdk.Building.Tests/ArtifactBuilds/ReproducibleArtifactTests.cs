using System.Security.Cryptography;
using ImageSdk.Artifacts;
using ImageSdk.Building.ArtifactBuilds;

namespace ImageSdk.Building.Tests.ArtifactBuilds;

public class ReproducibleArtifactTests
{
    [ArtifactFact("mksquashfs", "mkfs.erofs", "zstd", "xz", "sfdisk", "mkfs.vfat", "mcopy", "grub-mkimage")]
    public async Task Two_builds_in_different_folders_and_caches_give_the_same_bytes()
    {
        var (first, second) = (await BuildAsync(), await BuildAsync());
        // What comes from the image rather than from its formats is told by its name.
        Assert.Equal([], first.Tree.Except(second.Tree));
        Assert.Equal([], second.Tree.Except(first.Tree));
        Assert.Equal(first.Artifacts, second.Artifacts);
    }

    /// <summary>Every file of the image's tree, and name and digest of every file of every format.</summary>
    static async Task<(List<string> Tree, List<string> Artifacts)> BuildAsync()
    {
        using var workspace = new ImageWorkspace(ownCache: true);
        await workspace.BuildAndPublishAsync(workspace.BaseProject());
        var project = SampleImage.ProjectIn(workspace);
        var image = await workspace.BuildAsync(project);
        var epoch = ArtifactTimes.NewestOf(image.Tree);
        var tree = ArtifactTimes.Apply(image.Tree, epoch).Walk().Select(entry => $"{epoch} {entry.Path} {entry.Inode}").ToList();
        var digests = new List<string>();
        foreach (var (format, settings) in new (string, string[])[]
        {
            ("squashfs", ["CompressionLevel=3"]), ("squashfs", ["Compression=lz4", "OutputName=lz4"]), ("erofs", []), ("erofs", ["Compression=none", "OutputName=plain"]),
            ("tar.gz", ["CompressionLevel=1"]), ("tar.zst", []), ("oci", ["CompressionLevel=1"]), ("kernel", []),
            ("raw", []),
        })
        {
            var made = await workspace.MakeAsync(project, SampleImage.Request(format, Path.Combine(workspace.Folder, "out"), settings));
            foreach (var file in FilesOf(made))
                digests.Add($"{Path.GetRelativePath(workspace.Folder, file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}");
        }
        return (tree, digests);
    }

    static IEnumerable<string> FilesOf(MadeArtifact made) => made.IsFolder
        ? Directory.EnumerateFiles(made.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        : [made.Path];
}
