using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
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
        var (below, files) = @base.New($"below-{format}");
        foreach (var state in new[] { "instances/i-1/user-data.txt", "data/instance-id", "seed/nocloud/meta-data", "scripts/per-boot/mine" })
            ImageWorkspace.Write(files, $"files/var/lib/cloud/{state}", "state\n");
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
        // What cloud-init keeps of a machine goes; what an image brings for it stays.
        Assert.All(new[] { "instances/i-1", "data/instance-id" }, state => Assert.Null(built.Find($"/var/lib/cloud/{state}")));
        Assert.All(new[] { "instances", "seed/nocloud/meta-data", "scripts/per-boot/mine" }, state => Assert.NotNull(built.Find($"/var/lib/cloud/{state}")));
        await RepackAsync(project, format switch { "tar" => "IMG6393", "squashfs" => "IMG6395", _ => null });

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

    async Task RepackAsync(ImageProject project, string? refusal)
    {
        var request = new ArtifactRequest("repack", new Dictionary<string, string>(), Path.Combine(@base.Workspace.Folder, $"repacked {Guid.NewGuid():N}"));
        if (refusal is not null)
        {
            Assert.Equal(refusal, (await Assert.ThrowsAsync<BuildException>(() => @base.Workspace.MakeAsync(project, request))).Diagnostic.Code);
            return;
        }
        var repacked = await @base.Workspace.MakeAsync(project, request);
        Assert.True(repacked.Ran);
        Assert.False((await @base.Workspace.MakeAsync(project, request)).Ran);
        var raw = Path.Combine(request.OutputDirectory, "raw");
        HostProgram.Run("qemu-img", "convert", "-O", "raw", repacked.Path, raw);
        Assert.Equal("mine\n", HostProgram.Run("debugfs", "-R", "cat /etc/mine", $"{raw}?offset={1 << 20}"));
        File.Delete(raw);
        // Of an image that is built on no disk.
        Assert.Equal("IMG6393", (await Assert.ThrowsAsync<BuildException>(() => @base.Workspace.MakeAsync(@base.Workspace.BaseProject(), request))).Diagnostic.Code);
    }

    static readonly string[] cloudStates = ["/var/lib/cloud/instances/", "/var/lib/cloud/data/"];

    /// <summary>All but times of directories, in which stages write, and what an artifact has of its own.</summary>
    static IReadOnlyList<string> Describe(BuildResult result) =>
    [
        .. result.Tree.Walk().Where(entry => entry.Path.ToString() is var path && path is not ("/etc/mine" or "/etc/fstab" or "/etc/hostname") && !cloudStates.Any(state => path.StartsWith(state, StringComparison.Ordinal))).Select(entry => $"{entry.Path} " + entry.Inode switch
        {
            RegularInode file => $"{file.Mode} {file.Uid}:{file.Gid} {file.Size} {file.Hash}",
            SpecialInode special => $"{special.Mode} {special.Uid}:{special.Gid} {special.Rdev}",
            DirectoryInode folder => $"{folder.Mode} {folder.Uid}:{folder.Gid}",
            var other => other.ToString(),
        }),
    ];
}
