using System.Text.Json;
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
    [InlineData("raw", "Bootable=false,FileSystem=btrfs")]
    public async Task An_image_is_built_on_a_file(string format, string options)
    {
        var (below, files) = @base.New($"below-{format}");
        foreach (var state in new[] { "instances/i-1/user-data.txt", "data/instance-id", "seed/nocloud/meta-data", "scripts/per-boot/mine" })
            ImageWorkspace.Write(files, $"files/var/lib/cloud/{state}", "state\n");
        var expected = await @base.Workspace.BuildAsync(below);
        var settings = options.Split(',').Select(option => option.Split('=')).ToDictionary(option => option[0], option => option[1]);
        var made = await @base.Workspace.MakeAsync(below, new(format, settings, Path.Combine(@base.Workspace.Folder, $"made ü {format}")));

        var directory = @base.Workspace.NewManifest($"on {format}");
        ImageWorkspace.Write(directory, "files/etc/mine", "mine\n");
        var project = @base.Workspace.Project($"test/on-{format}", directory) with { Bootstrap = new() { SourceFile = made.Path, PackagerType = "deb" } };
        var built = await @base.Workspace.BuildAsync(project);
        // mkfs.btrfs has no device nodes where an ordinary user builds.
        var (left, right) = format == "raw" && !Environment.IsPrivilegedProcess ? (DescribeFiles(expected), DescribeFiles(built)) : (Describe(expected), Describe(built));
        Assert.True(left.SequenceEqual(right), string.Join('\n', left.Except(right).Take(20).Select(line => $"- {line}").Concat(right.Except(left).Take(20).Select(line => $"+ {line}"))));
        Assert.Equal(expected.Image.Packages, built.Image.Packages);
        Assert.IsType<RegularInode>(built.Find("/etc/mine"));
        // What cloud-init keeps of a machine goes; what an image brings for it stays.
        Assert.All(new[] { "instances/i-1", "data/instance-id" }, state => Assert.Null(built.Find($"/var/lib/cloud/{state}")));
        Assert.All(new[] { "instances", "seed/nocloud/meta-data", "scripts/per-boot/mine" }, state => Assert.NotNull(built.Find($"/var/lib/cloud/{state}")));
        await RepackAsync(project, format switch { "tar" => "IMG6393", "squashfs" or "raw" => "IMG6395", _ => null });

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

    /// <summary>A disk as distributions make it: xfs, or subvolumes of a btrfs, and an EFI system partition.</summary>
    [MountTheory]
    [InlineData("xfs", "mkfs.xfs -q -m uuid=$uuid", "UUID=$uuid / xfs defaults 0 0")]
    [InlineData("btrfs", "mkfs.btrfs -q -U $uuid", "UUID=$uuid / btrfs compress=zstd:1,subvol=@ 0 0\\nUUID=$uuid /home btrfs compress=zstd:1,subvol=@home 0 0")]
    public async Task An_image_is_built_on_a_disk_of_other_file_systems(string kind, string make, string table)
    {
        var (below, _) = @base.New($"below-{kind}");
        var expected = await @base.Workspace.BuildAsync(below);
        var tar = await @base.Workspace.MakeAsync(below, new("tar", new Dictionary<string, string> { ["Compression"] = "zstd" }, Path.Combine(@base.Workspace.Folder, $"made for {kind}")));
        var folder = Directory.CreateDirectory(Path.Combine(@base.Workspace.Folder, $"dïsk of {kind}")).FullName;
        // The mount is in a namespace of its own, and ends with its process.
        HostProgram.Run("sh", "-ec", $$"""
            export PATH=$PATH:/usr/sbin:/sbin uuid={{Guid.NewGuid()}}; cd "$1"; tar=$2
            truncate -s 500M root; {{make}} root; truncate -s 3M esp; mkfs.vfat -i 1234abcd esp > /dev/null; mmd -i esp ::/EFI; printf loader > loader; mcopy -i esp loader ::/EFI/loader
            export table="{{table}}" tar; mkdir -p mounted
            unshare --mount --propagation private sh -ec '
              mount -o loop,{{(kind == "xfs" ? "noatime" : "compress=zstd:1")}} root mounted; root=mounted; home=mounted/home
              if [ {{kind}} = btrfs ]; then btrfs -q subvolume create mounted/@; btrfs -q subvolume create mounted/@home; root=mounted/@; home=mounted/@home; fi
              tar --zstd --xattrs "--xattrs-include=*" --numeric-owner -xpf "$tar" -C $root
              mkdir -p $home/user $root/boot/efi; echo mine > $home/user/file; printf "$table\nUUID=1234-ABCD /boot/efi vfat umask=0077 0 1\n" > $root/etc/fstab
              setcap cap_net_raw+ep $root/bin/true 2>/dev/null || setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 $root/usr/bin/true
              umount mounted'
            truncate -s 510M disk; printf 'label: gpt\nsize=3M, type=uefi\nsize=500M, type=linux\n' | sfdisk -q disk
            dd if=esp of=disk bs=1M seek=1 conv=notrunc status=none; dd if=root of=disk bs=1M seek=4 conv=notrunc,sparse status=none; rm root esp
            """, "sh", folder, tar.Path);

        var project = @base.Workspace.Project($"test/on-{kind}", @base.Workspace.NewManifest($"on {kind}")) with
        {
            Bootstrap = new() { SourceFile = Path.Combine(folder, "disk"), PackagerType = "deb" }, Attestations = AttestationKinds.All,
        };
        var built = await @base.Workspace.BuildAsync(project);
        Assert.Equal(Describe(expected), Describe(built).Where(line => !line.StartsWith("/boot/efi", StringComparison.Ordinal) && !line.StartsWith("/home/user", StringComparison.Ordinal)));
        Assert.Equal(5ul, Assert.IsType<RegularInode>(built.Find("/home/user/file")).Size);
        Assert.Equal(0x1C0u, (uint)Assert.IsType<RegularInode>(built.Find("/boot/efi/EFI/loader")).Mode & 0xFFF);
        Assert.Equal(expected.Image.Packages, built.Image.Packages);
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
        await new ImageBuild(@base.Workspace.StateOf(project), new RecordingListener()).DescribeAsync(@base.Workspace.Workers, CancellationToken.None);
        var names = JsonDocument.Parse(File.ReadAllBytes(AttestationKinds.FileBeside(project.ImageFile, AttestationKinds.Spdx))).RootElement.GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("name").GetString());
        Assert.Empty(built.Image.Packages.Select(package => package.Name.Split(':')[0]).Except(names));
        File.Delete(Path.Combine(folder, "disk"));
    }

    static IReadOnlyList<string> DescribeFiles(BuildResult result) => Describe(result, entry => entry is not SpecialInode);

    /// <summary>All but times of directories, in which stages write, and what an artifact has of its own.</summary>
    static IReadOnlyList<string> Describe(BuildResult result, Func<Inode, bool>? counts = null) =>
    [
        .. result.Tree.Walk().Where(entry => counts?.Invoke(entry.Inode) != false && entry.Path.ToString() is var path && path is not ("/etc/mine" or "/etc/fstab" or "/etc/hostname") && !cloudStates.Any(state => path.StartsWith(state, StringComparison.Ordinal))).Select(entry => $"{entry.Path} " + entry.Inode switch
        {
            RegularInode file => $"{file.Mode} {file.Uid}:{file.Gid} {file.Size} {file.Hash}",
            SpecialInode special => $"{special.Mode} {special.Uid}:{special.Gid} {special.Rdev}",
            DirectoryInode folder => $"{folder.Mode} {folder.Uid}:{folder.Gid}",
            var other => other.ToString(),
        }),
    ];
}
