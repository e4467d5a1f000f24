using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Caching;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Packages.Cache;
using ImageSdk.Storage;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building.Tests;

/// <summary>A folder with manifest directories and a store, and builds of them as the MSBuild targets run them.</summary>
sealed class ImageWorkspace : IDisposable
{
    public const string BaseStream = "boot/debian12";

    /// <param name="ownCache">Whether layers are made in a cache of the workspace's own. Packages come from the shared one all the same.</param>
    public ImageWorkspace(bool ownCache = false)
    {
        Folder = TestHost.NewFolder();
        CacheDirectory = ownCache ? OwnCache() : TestHost.CacheDirectory;
        Workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet);
        Store = new StoreSettings(Path.Combine(Folder, "store", "images"), Path.Combine(Folder, "store", "objects"));
    }

    public string Folder { get; }

    public BuildWorkers Workers { get; init; }

    public StoreSettings Store { get; init; }

    public string CacheDirectory { get; init; }

    void RemoveOwnCache()
    {
        var packages = new FileInfo(new PackageStore(new LayerStore(CacheDirectory, Posix.Processes.UserId)).PackagesDirectory);
        if (packages.LinkTarget is not null)
            packages.Delete();
        Empty(CacheDirectory);
    }

    /// <summary>Empties a cache that no build uses: an ordinary user's layers hold files that only a worker can delete.</summary>
    public static void Empty(string cacheDirectory)
    {
        using var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet);
        new LayerCache(cacheDirectory).CollectAsync(new CacheLimits(0, null), workers, new RecordingListener(), CancellationToken.None).GetAwaiter().GetResult();
    }

    string OwnCache()
    {
        var cache = Path.Combine(Folder, "cache");
        var shared = new PackageStore(new LayerStore(TestHost.CacheDirectory, Posix.Processes.UserId)).PackagesDirectory;
        var own = new PackageStore(new LayerStore(cache, Posix.Processes.UserId)).PackagesDirectory;
        Directory.CreateDirectory(shared, LayerStore.PrivateMode);
        Directory.CreateDirectory(Path.GetDirectoryName(own)!, LayerStore.PrivateMode);
        Directory.CreateSymbolicLink(own, shared);
        return cache;
    }

    public LocalStore Open() => new(Path.Combine(Folder, "store"), Store.ImageDirectory, Store.ObjectDirectory);

    /// <summary>A manifest directory; made empty.</summary>
    public string NewManifest(string name)
    {
        var directory = Path.Combine(Folder, "src", name);
        Directory.CreateDirectory(directory);
        return directory;
    }

    /// <summary>Writes a file, and a script where the text says so.</summary>
    public static void Write(string directory, string name, string text, bool? executable = null)
    {
        var file = Path.Combine(directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        var mode = executable ?? text.StartsWith("#!", StringComparison.Ordinal) ? "755" : "644";
        File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(mode, 8));
    }

    public ImageProject Project(string stream, string manifestDirectory) => new()
    {
        ProjectFile = Path.Combine(manifestDirectory, "test.imgproj"),
        ManifestDirectory = manifestDirectory,
        Stream = stream,
        Architecture = "amd64",
        CacheDirectory = CacheDirectory,
        Store = Store,
        Speculation = TestHost.Speculation,
        ImageFile = Path.Combine(Folder, "bin", stream, "out.image"),
    };

    /// <summary>The base that the recorded examples stand on (shared/fixtures/manifests).</summary>
    public ImageProject BaseProject() => Project(BaseStream, NewManifest("base")) with
    {
        Bootstrap = new BootstrapSettings
        {
            Command = ["mmdebstrap", "--variant=minbase", "--mode=root", "bookworm", "$dir"],
            PackagerType = "deb",
        },
        ExcludedPaths = ["/etc/hostname", "/var/cache/apt/archives/.*", "/var/lib/apt/lists/.*", "/var/log/.*"],
        FilterLines = ["/var/tmp/.*", "/proc/.*"],
        Tags = [new("OsName", "Debian"), new("OsVersion", "12")],
        Triggers = [new ProjectTriggerItem("ssh", ["/etc/ssh/.*"], false, false, false)],
    };

    public async Task<BuildResult> BuildAsync(
        ImageProject project, IReadOnlyList<string>? references = null, CancellationToken cancellation = default, ImageServerSettings? server = null,
        IReadOnlyList<ImagePackageSource>? packages = null)
    {
        var listener = new RecordingListener();
        var build = new ImageBuild(StateOf(project), listener);
        build.Prepare(project);
        Assert.Null(await build.ResolveSourceAsync(references ?? [], mayBuild: false, server, packages, cancellation));
        var ran = new List<ImageStage>();
        foreach (var stage in Enum.GetValues<ImageStage>().Where(stage => stage != ImageStage.ResolveSourceImage))
        {
            if (stage is ImageStage.UnpackSourceImage or ImageStage.InstallPackages)
                await build.LockAsync(stage, Workers, cancellation);
            build.DigestInputs(stage);
            if ((await build.RunStageAsync(stage, Workers, cancellation)).Ran)
                ran.Add(stage);
        }
        using var stream = File.OpenRead(project.ImageFile);
        return new(ImageFile.Read(stream), ran, listener);
    }

    public async Task<string> PublishAsync(ImageProject project, ImageServerSettings? server = null, IBuildListener? listener = null) =>
        await new ImageBuild(StateOf(project), listener ?? new RecordingListener()).PublishAsync(Workers, server, changesFile: null, CancellationToken.None);

    public async Task<BuildResult> BuildAndPublishAsync(ImageProject project)
    {
        var result = await BuildAsync(project);
        await PublishAsync(project);
        return result;
    }

    public async Task<BuildException> FailAsync(ImageProject project, IReadOnlyList<string>? references = null) =>
        await Assert.ThrowsAsync<BuildException>(() => BuildAsync(project, references));

    /// <summary>Makes an artifact of an image that was built.</summary>
    public async Task<MadeArtifact> MakeAsync(ImageProject project, ArtifactRequest request, CancellationToken cancellation = default) =>
        Assert.Single(await new ImageBuild(StateOf(project), new RecordingListener()).MakeArtifactsAsync([request], areProjects: false, Workers, cancellation));

    /// <summary>The content of a file in the newest published image of a project.</summary>
    public string ReadFile(ImageProject project, string path)
    {
        var store = Open();
        var image = store.Images.Get(store.Images.FindLatest(project.Stream)!)!;
        var inode = Assert.IsType<RegularInode>(image.FileSystem!.Index.Find(path));
        if (inode.Size == 0)
            return "";
        using var reader = new StreamReader(store.Objects.OpenRead(inode.Hash));
        return reader.ReadToEnd();
    }

    public string StateOf(ImageProject project) => Path.Combine(Folder, "obj", project.Stream);

    public void Dispose()
    {
        Workers.Dispose();
        if (CacheDirectory == TestHost.CacheDirectory)
            SharedCache.Trim();
        else
            RemoveOwnCache();
        // Not Directory.Delete, which knows no names that are not UTF-8.
        using var parent = Posix.DirectoryHandle.Open(Path.GetDirectoryName(Folder)!);
        parent.RemoveTree(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(Folder)));
    }
}

sealed record BuildResult(Image Image, IReadOnlyList<ImageStage> Ran, RecordingListener Listener)
{
    public FileSystem Tree => Image.FileSystem!;

    public Inode? Find(string path) => Tree.Index.Find(path);
}
