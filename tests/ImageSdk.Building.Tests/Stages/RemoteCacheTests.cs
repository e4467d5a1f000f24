using System.Text;
using ImageSdk.Building.Manifests;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Stages;

public sealed class RemoteCacheTests(BaseImage @base) : IClassFixture<BaseImage>, IAsyncLifetime
{
    static readonly ImageStage[] own = [ImageStage.CopyFiles, ImageStage.RunScripts, ImageStage.CleanPackages, ImageStage.ScanImage];

    // Removed, replaced, linked, special: all that a layer can hold.
    const string Script = """
        #!/bin/sh
        set -e
        rm -r /usr/share/doc
        rm -r /etc/apt && mkdir /etc/apt && echo new > /etc/apt/only
        rm /etc/issue
        ln /opt/file /opt/second
        mkfifo /opt/pipe
        head -c 5000000 /dev/zero > /opt/big
        cat /proc/sys/kernel/random/uuid > /opt/once
        chown 33:44 /opt/file
        """;

    (ImageProject Project, string Shared) New(bool readOnly = false)
    {
        var (project, directory) = @base.New();
        // No other test has its layers.
        ImageWorkspace.Write(directory, "files/opt/file", directory);
        ImageWorkspace.Write(directory, "scripts/change", Script);
        var shared = Path.Combine(@base.Workspace.Folder, "shared", Path.GetFileName(directory));
        return (With(project, shared, readOnly), shared);
    }

    static ImageProject With(ImageProject project, string shared, bool readOnly) =>
        project with { RemoteCache = new RemoteCacheSettings { Directory = shared, ReadOnly = readOnly } };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        // The worker of the test's last build holds the caches.
        await @base.Workspace.Workers.ReleaseAsync();
        if (Directory.Exists(Caches))
            foreach (var cache in Directory.GetDirectories(Caches))
                ImageWorkspace.Empty(cache);
    }

    string Caches => Path.Combine(@base.Workspace.Folder, "caches");

    /// <summary>The same project on a machine that has nothing but the store.</summary>
    ImageProject Elsewhere(ImageProject project, string name) => project with
    {
        CacheDirectory = Path.Combine(Caches, name),
        ImageFile = project.ImageFile + name,
    };

    async Task<BuildResult> BuildAsync(ImageProject project)
    {
        // Another machine has no state either.
        var state = @base.Workspace.StateOf(project);
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
        return await @base.Workspace.BuildAsync(project);
    }

    [ImageFact]
    public async Task A_machine_with_an_empty_cache_runs_no_stage_and_gets_the_same_image()
    {
        var (project, _) = New();
        var first = await BuildAsync(project);
        var second = await BuildAsync(Elsewhere(project, "b"));
        // The first test of all also unpacks the source image.
        Assert.Equal(own, first.Ran.Where(own.Contains));
        Assert.DoesNotContain(second.Ran, own.Contains);
        Assert.Equal(TreeHash.Compute(first.Tree), TreeHash.Compute(second.Tree));
        Assert.Equal(first.Image.Packages, second.Image.Packages);
        Assert.Null(second.Find("/etc/apt/sources.list"));
        Assert.Empty(second.Listener.Warnings);
        // What came can be built on: the overlay sees removed names and emptied directories.
        ImageWorkspace.Write(project.ManifestDirectory, "post-cleanup-scripts/look", "#!/bin/sh\nset -e\n[ ! -e /etc/issue ]\n[ \"$(ls /etc/apt)\" = only ]\n[ ! -e /usr/share/doc ]\n[ \"$(stat -c %u:%g:%h /opt/second)\" = 33:44:2 ]\n");
        Assert.Equal([ImageStage.RunPostCleanupScripts, ImageStage.ScanImage], (await @base.Workspace.BuildAsync(Elsewhere(project, "b"))).Ran);
    }

    [ImageFact]
    public async Task A_build_that_may_only_read_adds_nothing()
    {
        var (project, shared) = New(readOnly: true);
        await BuildAsync(project);
        Assert.False(Directory.Exists(Path.Combine(shared, "images", LayerImage.Directory)));
    }

    [ImageTheory]
    [InlineData("content")]
    [InlineData("cut")]
    [InlineData("missing")]
    [InlineData("record")]
    [InlineData("image")]
    [InlineData("swapped")]
    [InlineData("a pipe")]
    [InlineData("an image that is a pipe")]
    [InlineData("a link")]
    [InlineData("endless")]
    public async Task A_damaged_layer_is_dropped_made_anew_and_put_back(string damage)
    {
        var (project, shared) = New();
        var first = await BuildAsync(project);
        Damage(shared, damage, first);
        var second = await BuildAsync(Elsewhere(project, "b"));
        Assert.Contains(ImageStage.RunScripts, second.Ran);
        Assert.Contains(second.Listener.Warnings, diagnostic => diagnostic.Code == "IMG7161");
        Assert.Equal(((RegularInode)first.Find("/opt/file")!).Hash, ((RegularInode)second.Find("/opt/file")!).Hash);
        var third = await BuildAsync(Elsewhere(project, "c"));
        Assert.Empty(third.Listener.Warnings);
        Assert.DoesNotContain(third.Ran, own.Contains);
        Assert.Equal(TreeHash.Compute(second.Tree), TreeHash.Compute(third.Tree));
    }

    static void Damage(string shared, string damage, BuildResult first)
    {
        var images = Directory.GetFiles(Path.Combine(shared, "images", LayerImage.Directory));
        var objects = Directory.GetFiles(Path.Combine(shared, "objects"), "*", SearchOption.AllDirectories);
        // Made by the script, and different in each build: no other layer has it.
        var hash = ((RegularInode)first.Find("/opt/once")!).Hash;
        var once = new Storage.ObjectStore(Path.Combine(shared, "objects")).GetPath(hash);
        switch (damage)
        {
            case "content":
                Overwrite(once, content => content[3] ^= 1);
                break;
            case "cut":
                Truncate(once);
                break;
            case "missing":
                File.Delete(once);
                break;
            case "a pipe":
                ReplaceByPipe(once);
                break;
            case "an image that is a pipe":
                foreach (var file in images)
                    ReplaceByPipe(file);
                break;
            case "a link":
                File.Delete(once);
                File.CreateSymbolicLink(once, "/dev/zero");
                break;
            case "endless":
                // As far as a file system takes it: what is read of it would never come to an end.
                File.SetUnixFileMode(once, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                using (var stream = File.OpenWrite(once))
                    stream.SetLength(1L << 43);
                break;
            case "record":
                foreach (var file in objects.Where(file => File.ReadAllBytes(file).AsSpan().StartsWith("ILR1"u8)))
                    Overwrite(file, content => content[^1] ^= 1);
                break;
            case "swapped":
                // Each layer has the place of the next one: all of them are good ones.
                var contents = images.Select(File.ReadAllBytes).ToArray();
                for (var index = 0; index < images.Length; index++)
                {
                    File.SetUnixFileMode(images[index], UnixFileMode.UserRead | UnixFileMode.UserWrite);
                    File.WriteAllBytes(images[index], contents[(index + 1) % contents.Length]);
                }
                break;
            case "image":
                foreach (var file in images)
                    Truncate(file);
                break;
        }
    }

    static void ReplaceByPipe(string file)
    {
        File.Delete(file);
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(file)!);
        parent.MakeNode(Encoding.UTF8.GetBytes(Path.GetFileName(file)), 0x1180, 0); // A pipe, 0600.
    }

    static void Overwrite(string file, Action<byte[]> change)
    {
        var content = File.ReadAllBytes(file);
        change(content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(file, content);
    }

    static void Truncate(string file)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var stream = File.OpenWrite(file);
        stream.SetLength(stream.Length / 2);
    }

    [ImageFact]
    public async Task Without_its_shared_cache_a_build_goes_on()
    {
        var (project, _) = New();
        var file = Path.Combine(@base.Workspace.Folder, "no directory");
        File.WriteAllText(file, "");
        var result = await BuildAsync(With(project, file, readOnly: false));
        // The first test of all also unpacks the source image.
        Assert.Equal(own, result.Ran.Where(own.Contains));
        Assert.Equal(["IMG7160"], result.Listener.Warnings.Select(diagnostic => diagnostic.Code));
    }
}
