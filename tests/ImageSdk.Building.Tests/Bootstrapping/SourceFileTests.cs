using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Bootstrapping;

/// <summary>Images that are built on a disk image or an archive: here one that was made of the base.</summary>
public class SourceFileTests(BaseImage @base) : IClassFixture<BaseImage>
{
    [ImageTheory]
    [InlineData("qcow2", "Bootable=false")]
    [InlineData("tar", "Compression=zstd")]
    [InlineData("squashfs", "Compression=zstd")]
    public async Task An_image_is_built_on_a_file(string format, string option)
    {
        var (below, _) = @base.New($"below-{format}");
        var expected = await @base.Workspace.BuildAsync(below);
        var setting = option.Split('=');
        var made = await @base.Workspace.MakeAsync(below, new(format, new Dictionary<string, string> { [setting[0]] = setting[1] }, Path.Combine(@base.Workspace.Folder, $"made ü {format}")));

        var directory = @base.Workspace.NewManifest($"on {format}");
        ImageWorkspace.Write(directory, "files/etc/mine", "mine\n");
        var project = @base.Workspace.Project($"test/on-{format}", directory) with { Bootstrap = new() { SourceFile = made.Path, PackagerType = "deb" } };
        var built = await @base.Workspace.BuildAsync(project);
        var (left, right) = (Describe(expected), Describe(built));
        Assert.True(left.SequenceEqual(right), string.Join('\n', left.Except(right).Take(20).Select(line => $"- {line}").Concat(right.Except(left).Take(20).Select(line => $"+ {line}"))));
        Assert.Equal(expected.Image.Packages, built.Image.Packages);
        Assert.IsType<RegularInode>(built.Find("/etc/mine"));

        // The content counts, not the time.
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
        File.SetLastWriteTimeUtc(made.Path, DateTime.UtcNow.AddMinutes(-1));
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
        File.WriteAllText(made.Path, "no image");
        var error = await @base.Workspace.FailAsync(project);
        Assert.Equal("IMG2250", error.Diagnostic.Code);
        Assert.Contains(made.Path, error.Message, StringComparison.Ordinal);
        File.Delete(made.Path);
        Assert.Equal("IMG1006", (await @base.Workspace.FailAsync(project)).Diagnostic.Code);
    }

    /// <summary>All but times of directories, in which stages write, and what an artifact has of its own.</summary>
    static IReadOnlyList<string> Describe(BuildResult result) =>
    [
        .. result.Tree.Walk().Where(entry => entry.Path.ToString() is not ("/etc/mine" or "/etc/fstab" or "/etc/hostname")).Select(entry => $"{entry.Path} " + entry.Inode switch
        {
            RegularInode file => $"{file.Mode} {file.Uid}:{file.Gid} {file.Size} {file.Hash}",
            SpecialInode special => $"{special.Mode} {special.Uid}:{special.Gid} {special.Rdev}",
            DirectoryInode folder => $"{folder.Mode} {folder.Uid}:{folder.Gid}",
            var other => other.ToString(),
        }),
    ];
}
