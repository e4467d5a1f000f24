using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Remote;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Tests.Projects;

/// <summary>What comes from another machine may be anything.</summary>
public sealed class ReceivedProjectTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    static ImageProject Project => new()
    {
        ProjectFile = "manifest/app.imgproj",
        ManifestDirectory = "manifest",
        Stream = "users/app",
        Architecture = "amd64",
        Store = new("", ""),
        CacheDirectory = "",
        ImageFile = "app.image",
    };

    static DirectoryInode Directory0 => new() { Mode = InodeMode.Directory | 0x1ED };

    static FileSystemBuilder Tree()
    {
        var tree = new FileSystemBuilder();
        foreach (var path in (string[])["/manifest", "/manifest/files", "/manifest/files/etc", "/1", "/1/tree"])
            tree.Add(path, Directory0);
        tree.Add("/manifest/manifest", new RegularInode { Mode = InodeMode.Regular | 0x1A4 });
        tree.Add("/1/script", new RegularInode { Mode = InodeMode.Regular | 0x1ED });
        tree.Add("/manifest/files/etc/out", new SymlinkInode { Target = "/etc" });
        return tree;
    }

    static (ImageProject, IReadOnlyList<ArtifactRequest>) Place(ImageProject project, FileSystem? tree = null, params ArtifactRequest[] artifacts) =>
        new ReceivedProject(new(project, artifacts), tree ?? Tree().Build(), 1000).Place("/root of it", "/output", placed => placed);

    static void AssertRefused(Action action) => Assert.Equal("IMG7367", Assert.Throws<BuildException>(action).Diagnostic.Code);

    [Fact]
    public void Paths_are_those_of_the_tree()
    {
        var (project, artifacts) = Place(
            Project with { Scripts = [new("1/script", ImageStage.RunScripts)], Trees = [new("1/tree", ImageStage.CopyFiles)], Files = [new("manifest/manifest", "/etc/x", ImageStage.CopyFiles)] },
            null, new ArtifactRequest("tar", new Dictionary<string, string>(), "/etc") { ExtraTrees = ["1/tree"] });
        Assert.Equal(("/root of it/manifest", "/root of it/manifest/app.imgproj", "/output/app.image"), (project.ManifestDirectory, project.ProjectFile, project.ImageFile));
        Assert.Equal(("/root of it/1/script", "/root of it/1/tree", "/root of it/manifest/manifest"), (project.Scripts[0].File, project.Trees[0].Directory, project.Files[0].Source));
        Assert.Equal(("/output", "/root of it/1/tree"), (artifacts[0].OutputDirectory, artifacts[0].ExtraTrees[0]));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../etc/passwd")]
    [InlineData("manifest/../../etc/passwd")]
    [InlineData("manifest/files/etc/out/passwd")]
    [InlineData("manifest/files/etc/out")]
    [InlineData("1/../1/script")]
    [InlineData("1//script")]
    [InlineData("1/none")]
    [InlineData("")]
    [InlineData("1/script\0")]
    public void Other_paths_are_refused_wherever_they_stand(string path)
    {
        AssertRefused(() => Place(Project with { Scripts = [new(path, ImageStage.RunScripts)] }));
        AssertRefused(() => Place(Project with { Files = [new(path, "/etc/x", ImageStage.CopyFiles)] }));
        AssertRefused(() => Place(Project with { Trees = [new(path, ImageStage.CopyFiles)] }));
        AssertRefused(() => Place(Project with { Tests = [path] }));
        AssertRefused(() => Place(Project with { ManifestDirectory = path }));
        AssertRefused(() => Place(Project, null, new ArtifactRequest("tar", new Dictionary<string, string>(), "") { ExtraTrees = [path] }));
    }

    [Fact]
    public void Names_of_outputs_have_no_folder()
    {
        AssertRefused(() => Place(Project with { ImageFile = ".." }));
        AssertRefused(() => Place(Project with { ImageFile = "" }));
        Assert.Equal("/output/x.image", Place(Project with { ImageFile = "../../x.image" }).Item1.ImageFile);
        Assert.Equal("/output/l.json", Place(Project with { Lock = new("/etc/l.json") }).Item1.Lock!.File);
        AssertRefused(() => Place(Project with { Lock = new("/etc/") }));
        AssertRefused(() => Place(Project with { RemoteCache = new() { Directory = "/" } }));
        AssertRefused(() => Place(Project with { Source = new() { BuildableStreams = [new("a", "/b")] } }));
    }

    [Fact]
    public void Trees_have_no_links_that_are_followed_no_devices_and_an_end()
    {
        FileSystem With(string path, Inode inode)
        {
            var tree = Tree();
            tree.Add(path, inode);
            return tree.Build();
        }
        AssertRefused(() => Place(Project, With("/manifest/package-list", new SymlinkInode { Target = "/etc/shadow" })));
        AssertRefused(() => Place(Project, With("/manifest/scripts", new SymlinkInode { Target = "/etc" })));
        AssertRefused(() => Place(Project, With("/1/link", new SymlinkInode { Target = "/etc/shadow" })));
        AssertRefused(() => Place(Project, With("/1/device", new SpecialInode { Mode = 0x21B6, Rdev = 0x0103 })));
        AssertRefused(() => Place(Project, With("/1/closed", new DirectoryInode { Mode = InodeMode.Directory })));
        AssertRefused(() => Place(Project, With("/1/computed", new ComputedInode { Mode = InodeMode.Regular, Source = "x:1" })));
        Place(Project with { Trees = [new("1/tree", ImageStage.CopyFiles)] }, With("/1/tree/link", new SymlinkInode { Target = "/etc/shadow" }));
        AssertRefused(() => Place(Project with { Trees = [new("1/tree", ImageStage.CopyFiles, ProjectTreeUse.Append)] }, With("/1/tree/link", new SymlinkInode { Target = "/etc/shadow" })));
        var large = Tree();
        for (var i = 0; i < 1000; i++)
            large.Add($"/1/{i}", new RegularInode { Mode = InodeMode.Regular });
        AssertRefused(() => Place(Project, large.Build()));
    }

    [Fact]
    public void What_wants_more_of_the_machine_is_named()
    {
        string? Demand(ImageProject project) => new ReceivedProject(new(project, []), Tree().Build(), 1000).FindDemand(["/allowed"]);
        ImageProject Sandbox(SandboxSettings settings) => Project with { Sandbox = settings };
        ImageProject Bootstrap(params string[] command) => Project with { Bootstrap = new() { Command = command, PackagerType = "deb" } };
        Assert.Null(Demand(Project));
        Assert.Null(Demand(Sandbox(new() { BindMounts = [new("/allowed", "/x")] })));
        Assert.NotNull(Demand(Sandbox(new() { BindMounts = [new("/allowed", "/x", Writable: true)] })));
        Assert.NotNull(Demand(Sandbox(new() { BindMounts = [new("/etc", "/x")] })));
        Assert.NotNull(Demand(Sandbox(new() { Capabilities = ["sys_admin"] })));
        Assert.NotNull(Demand(Sandbox(new() { Isolation = NetworkIsolation.Host })));
        Assert.NotNull(Demand(Sandbox(new() { HostPorts = [1] })));
        Assert.Null(Demand(Bootstrap("apt", "--distribution=debian", "--variant=minbase", "--architecture=$ARCH", "--include=libc6:amd64", "bookworm", "http://mirror.example/debian", "deb [trusted=yes] https://a/ x main")));
        Assert.NotNull(Demand(Bootstrap("sh", "-c", "id")));
        Assert.NotNull(Demand(Bootstrap("mmdebstrap", "--setup-hook=id", "bookworm", "$dir")));
        Assert.NotNull(Demand(Bootstrap("apt", "--distribution=debian", "bookworm", "file:/srv/secret")));
        Assert.NotNull(Demand(Bootstrap("apt", "--distribution=debian", "bookworm", "deb [trusted=yes] copy:/srv/secret ./")));
    }

    [Fact]
    public void Any_JSON_is_a_project_or_none() => Prop.ForAll<int, byte, string>((at, value, text) =>
    {
        var json = new RemoteProject(Project with { Scripts = [new("1/script", ImageStage.RunScripts)] }, []).Serialize();
        json[Math.Abs(at % json.Length)] = value;
        Try(json);
        // Any member becomes something else.
        var node = JsonNode.Parse(new RemoteProject(Project, []).Serialize())!.AsObject();
        var project = node[nameof(RemoteProject.Project)]!.AsObject();
        var name = project.Select(member => member.Key).ElementAt(Math.Abs(at % project.Count));
        project[name] = (value % 4) switch { 0 => null, 1 => text, 2 => new JsonArray(text), _ => new JsonObject { [text ?? ""] = at } };
        Try(Encoding.UTF8.GetBytes(node.ToJsonString()));

        static void Try(byte[] json)
        {
            try
            {
                var received = new ReceivedProject(RemoteProject.Deserialize(json), Tree().Build(), 1000);
                _ = received.FindDemand([]);
                var (placed, _) = received.Place("/root of it", "/output", placed => placed);
                foreach (var path in placed.Scripts.Select(script => script.File).Concat(placed.Files.Select(file => file.Source)).Concat(placed.Tests).Append(placed.ProjectFile).Append(placed.ManifestDirectory))
                    Assert.StartsWith("/root of it/", Path.GetFullPath(path), StringComparison.Ordinal);
                Assert.Equal("/output", Path.GetDirectoryName(Path.GetFullPath(placed.ImageFile)));
            }
            catch (Exception refusal) when (refusal is JsonException or BuildException)
            {
                // As it has to be.
            }
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Any_tree_is_written_inside_its_directory_or_not_at_all()
    {
        var content = new ObjectStore(folder["objects"]);
        var hash = content.Add("content"u8).Hash;
        File.WriteAllText(folder["outside"], "untouched");
        var random = new System.Random(4711);
        string[] names = ["a", "b", "..", ".", "manifest", "files", "etc", "c\n", "/", "", "a/b", "ü"];
        for (var round = 0; round < 300; round++)
        {
            // An inode table and directories that refer to anything.
            var inodes = new Dictionary<ulong, Inode>();
            for (ulong number = 1; number < 8; number++)
                inodes[number] = random.Next(5) switch
                {
                    0 => new RegularInode { Mode = InodeMode.Regular | 0x1A4, Size = 7, Hash = hash },
                    1 => new SymlinkInode { Target = random.Next(2) == 0 ? folder["outside"] : "../../outside" },
                    2 => new RegularInode { Mode = InodeMode.Regular | 0x9FF },
                    _ => new DirectoryInode { Mode = InodeMode.Directory | 0x1ED, Entries = [.. Entries(random, names)] },
                };
            var root = new DirectoryInode { Mode = InodeMode.Directory | 0x1ED, Entries = [.. Entries(random, names)] };
            var target = Directory.CreateDirectory(folder[$"target/{round}"]).FullName;
            try
            {
                var received = new ReceivedProject(new(Project with { Trees = [new("a", ImageStage.CopyFiles)] }, []), FileSystem.Create(root, inodes), 1000);
                await received.UnpackAsync(content, target, CancellationToken.None);
            }
            catch (Exception refusal) when (refusal is BuildException or ImageFormatException or ArgumentException)
            {
                Assert.Empty(Directory.EnumerateFileSystemEntries(target));
            }
            Assert.Equal("untouched", File.ReadAllText(folder["outside"]));
            Assert.Equal(["objects", "outside", "target"], Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        }
    }

    static IEnumerable<DirectoryEntry> Entries(System.Random random, string[] names)
    {
        for (var count = random.Next(5); count > 0; count--)
            yield return new(names[random.Next(names.Length)], (ulong)random.Next(1, 9));
    }
}
