using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Trees;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building.Tests.ImagePackages;

/// <summary>What a NuGet package carries of an image, and an image that is built on it.</summary>
public class ImagePackageTests(BaseImage @base) : IClassFixture<BaseImage>
{
    async Task<(ImagePackageSource Source, ImagePackageFiles Files, BuildResult Image)> PackAsync(string text)
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "files/etc/text", text);
        // Longer than what is compared side by side, and twice the same.
        ImageWorkspace.Write(directory, "files/usr/share/large", string.Concat(Enumerable.Range(0, 700_000).Select(number => $"{number}\n")));
        ImageWorkspace.Write(directory, "files/usr/share/large too", string.Concat(Enumerable.Range(0, 700_000).Select(number => $"{number}\n")));
        var image = await @base.Workspace.BuildAsync(project);
        var files = await new ImageBuild(@base.Workspace.StateOf(project), new RecordingListener()).PackAsync("Contoso.Base", "1.0.0", @base.Workspace.Workers, default);
        return (new("Contoso.Base", "1.0.0", project.Stream, "test/base/2024-02-29:12:00:00", "amd64", TreeHash.Compute(image.Tree).ToString(), files.Image, files.Objects), files, image);
    }

    ImageProject On()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "manifest", """{"SourceImage": "contoso.base"}""");
        return project;
    }

    async Task<Diagnostic> FailAsync(ImagePackageSource source) =>
        (await Assert.ThrowsAsync<BuildException>(() => @base.Workspace.BuildAsync(On(), packages: [source]))).Diagnostic;

    [ImageFact]
    public async Task An_image_on_a_package_is_the_packed_one_and_unpacked_once()
    {
        var (source, files, packed) = await PackAsync("unpacked");
        var first = await @base.Workspace.BuildAsync(On(), packages: [source]);
        Assert.Contains(ImageStage.UnpackSourceImage, first.Ran);
        Assert.Equal(source.ImageName, first.Image.SourceImage);
        foreach (var entry in packed.Tree.Walk().Where(entry => entry.Inode is RegularInode))
            Assert.Equal(((RegularInode)entry.Inode!).Hash, Assert.IsType<RegularInode>(first.Tree.Index.Find(entry.Path)).Hash);
        var second = await @base.Workspace.BuildAsync(On(), packages: [source]);
        Assert.DoesNotContain(ImageStage.UnpackSourceImage, second.Ran);
        Assert.Equal(TreeHash.Compute(first.Tree), TreeHash.Compute(second.Tree));
    }

    [ImageFact]
    public async Task A_package_has_the_licences_of_what_is_in_it()
    {
        var (_, files, packed) = await PackAsync("licences");
        var notices = await File.ReadAllTextAsync(files.Notices);
        var dash = packed.Image.Packages.Single(package => package.Name == "dash");
        Assert.Contains($"\ndash {dash.Version}\n", notices);
        Assert.Contains("Kenneth Almquist", notices);
        Assert.Contains("ImagePackageSource", await File.ReadAllTextAsync(files.Props));
    }

    [ImageFact]
    public async Task What_is_damaged_is_one_error_and_leaves_no_layer()
    {
        var (source, files, _) = await PackAsync("damaged");
        var whole = await File.ReadAllBytesAsync(files.Objects);
        var copy = source with { ObjectsFile = Path.Combine(@base.Workspace.Folder, "objects") };
        foreach (var damaged in new[] { whole[..(whole.Length / 3)], [], [.. whole[..^9], .. new byte[9]], [.. whole, .. whole] })
        {
            await File.WriteAllBytesAsync(copy.ObjectsFile, damaged);
            var error = await FailAsync(copy);
            Assert.Equal("IMG2021", error.Code);
            Assert.Contains("Contoso.Base 1.0.0", error.Message);
        }
        Assert.Equal("IMG2021", (await FailAsync(source with { TreeHash = new string('0', 128) })).Code);
        Assert.Equal("IMG2021", (await FailAsync(source with { TreeHash = "" })).Code);
        Assert.Equal("IMG2021", (await FailAsync(source with { ObjectsFile = "/no/such/file" })).Code);
        Assert.Equal("IMG2022", (await FailAsync(source with { Architecture = "arm64" })).Code);
        Assert.Contains(ImageStage.UnpackSourceImage, (await @base.Workspace.BuildAsync(On(), packages: [source])).Ran);
    }

    /// <summary>A package whose record says what its maker likes: names that lead out, sizes and hashes that are not so.</summary>
    [ImageFact]
    public async Task A_record_that_lies_is_one_error_and_nothing_is_made_outside()
    {
        var (source, files, _) = await PackAsync("lies");
        var image = ImageRecord.Read(files.Image);
        var tree = image.FileSystem!;
        var outside = Path.Combine(@base.Workspace.Folder, "outside");
        var (number, file) = tree.InodeTable.Where(entry => entry.Value is RegularInode { Size: > 100 }).Select(entry => (entry.Key, (RegularInode)entry.Value)).First();
        FileSystem Naming(string name) => FileSystem.Create(tree.Root with { Entries = [.. tree.Root.Entries, new DirectoryEntry(name, number)] }, tree.InodeTable);
        FileSystem Saying(Inode inode) => FileSystem.Create(tree.Root, new Dictionary<ulong, Inode>(tree.InodeTable) { [number] = inode });
        FileSystem Below(Inode inode) => FileSystem.Create(tree.Root with { Entries = [.. tree.Root.Entries, new DirectoryEntry("below", 1ul << 40)] }, new Dictionary<ulong, Inode>(tree.InodeTable) { [1ul << 40] = inode });
        var lies = new (string What, FileSystem Tree)[]
        {
            ("leads up", Naming("..")), ("leads further up", Naming($"../../../../..{outside}")), ("is absolute", Naming(outside)), ("is there twice", Naming("etc")), ("has no end", Naming("a\0b")),
            ("is longer", Saying(file with { Size = file.Size + 1 })), ("is shorter", Saying(file with { Size = file.Size - 1 })), ("is huge", Saying(file with { Size = long.MaxValue })),
            ("cannot be", Saying(file with { Size = ulong.MaxValue })), ("has another hash", Saying(file with { Hash = ObjectHash.Of("other"u8) })),
            ("marks the overlay", Below(new SpecialInode { Mode = InodeMode.Character })),
            ("redirects", Below(new DirectoryInode { Mode = 0x41ED, ExtendedAttributes = ExtendedAttributes.Create([new("trusted.overlay.redirect", "/etc")]) })),
            ("holds itself", Below(new DirectoryInode { Mode = 0x41ED, Entries = [new DirectoryEntry("again", 1ul << 40)] })),
        };
        foreach (var (what, lying) in lies)
        {
            var record = Path.Combine(@base.Workspace.Folder, $"{what}.image");
            ImageRecord.Write(record, image with { FileSystem = lying });
            // Its own hash, so that nothing but the lie is wrong.
            var hash = new string('0', 128);
            try
            {
                hash = TreeHash.Compute(lying).ToString();
            }
            catch (ImageFormatException)
            {
                // It has none.
            }
            var error = await FailAsync(source with { ImageFile = record, TreeHash = hash });
            Assert.True(error.Code == "IMG2021", $"{what}: {error.Code} {error.Message}");
        }
        Assert.False(Path.Exists(outside));
    }

    [ImageFact]
    public async Task Of_several_images_one_is_named()
    {
        var (source, _, _) = await PackAsync("several");
        var (project, directory) = @base.New();
        File.Delete(Path.Combine(directory, "manifest"));
        var error = await Assert.ThrowsAsync<BuildException>(() => @base.Workspace.BuildAsync(project, packages: [source, source with { Id = "Other" }]));
        Assert.Equal("IMG2002", error.Diagnostic.Code);
        Assert.Contains("Contoso.Base, Other", error.Diagnostic.Message);
    }
}
