using System.Text;
using ImageSdk.Images;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Folders;
using ImageSdk.Imaginator.Git;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Tests.Folders;

/// <summary>What goes from each folder, and what stays.</summary>
public sealed class FolderTests : IDisposable
{
    const int MiB = 1 << 20;

    readonly Folder folder = new();
    readonly BuildGate gate = new();

    public void Dispose() => folder.Dispose();

    static Task<BuildDirectory> TakeAsync(BuildDirectories builds, string stream) => builds.TakeAsync(stream, () => { }, CancellationToken.None);

    [Fact]
    public async Task Directories_of_builds_go_that_were_not_used_for_longest_and_none_that_is_used()
    {
        var builds = new BuildDirectories(folder["builds"], gate);
        var content = FolderTable.Of(builds, TimeProvider.System);
        Assert.Equal(0ul, await content.MeasureAsync(default));
        foreach (var (stream, hours) in new[] { ("used", 9), ("a/ü b", 8), ("a/c", 7), ("newest", 1) })
        {
            var directory = await TakeAsync(builds, stream);
            await File.WriteAllBytesAsync(Path.Combine(directory.Path, "output"), new byte[MiB]);
            // Names in trees of projects are bytes.
            using (var handle = DirectoryHandle.Open(directory.Path))
                handle.CreateFile([0xFF, (byte)'x'], 0x1A4).Dispose();
            directory.Dispose();
            Directory.SetLastWriteTimeUtc(directory.Path, DateTime.UtcNow.AddHours(-hours));
        }
        using var used = await TakeAsync(builds, "used");
        Directory.SetLastWriteTimeUtc(used.Path, DateTime.UtcNow.AddHours(-9));
        Assert.InRange(await content.MeasureAsync(default), 4ul * MiB, 5ul * MiB);
        await content.CollectAsync(new(2 * MiB + MiB / 2), default);
        Assert.Equal(["a/c/@0", "newest/@0", "used/@0"], Directory.EnumerateDirectories(folder["builds"], "@*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder["builds"], path)).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(folder["builds/a/ü b"]));
        // What was removed is made again.
        using var again = await TakeAsync(builds, "a/ü b");
        Assert.Empty(Directory.EnumerateFileSystemEntries(again.Path));
        // By age, whatever the size.
        Directory.SetLastWriteTimeUtc(folder["builds/newest/@0"], DateTime.UtcNow.AddDays(-8));
        var week = new FolderLimits(ulong.MaxValue, TimeSpan.FromDays(7));
        Assert.True(content.HasExpired(week));
        await content.CollectAsync(week, default);
        Assert.False(Directory.Exists(folder["builds/newest"]));
        Assert.False(content.HasExpired(week));
    }

    [Fact]
    public void Files_of_holes_take_what_they_take()
    {
        using (var sparse = File.Create(folder["sparse"]))
        {
            sparse.SetLength(1L << 30);
            sparse.Position = 1L << 29;
            sparse.Write(new byte[8192]);
        }
        Directory.CreateDirectory(folder["a/b"]);
        File.WriteAllBytes(folder["a/b/c"], new byte[MiB]);
        File.CreateSymbolicLink(folder["a/up"], "/usr");
        using var handle = DirectoryHandle.Open(folder.Path);
        Assert.InRange(handle.Measure(), (ulong)MiB + 8192, 2ul * MiB);
    }

    [Fact]
    public async Task Images_of_the_store_go_with_objects_that_no_other_has()
    {
        var store = new LocalStore(folder["store"]);
        var content = new StoreFolder(folder["store"]);
        Assert.Equal(0ul, await content.MeasureAsync(default));
        var shared = store.Objects.Add(new byte[MiB]).Hash;
        foreach (var (name, number) in new[] { ("base/old", 1), ("base/new", 2), ("other/newest", 3) })
        {
            var own = store.Objects.Add(Enumerable.Repeat((byte)number, MiB).ToArray()).Hash;
            var tree = new FileSystemBuilder();
            tree.Add("/shared", new RegularInode { Mode = InodeMode.Regular | 0x1A4, Size = MiB, Hash = shared });
            tree.Add("/own", new RegularInode { Mode = InodeMode.Regular | 0x1A4, Size = MiB, Hash = own });
            store.Images.MakeDirectory(Path.GetDirectoryName(name)!);
            store.Images.Add(name, new() { FileSystem = tree.Build() });
            File.SetLastWriteTimeUtc(store.Images.GetPath(name), DateTime.UtcNow.AddHours(number - 10));
        }
        await File.WriteAllTextAsync(store.Images.GetPath("base/damaged"), "none");
        Assert.Equal(4ul * MiB, await content.MeasureAsync(default));
        await content.CollectAsync(new(3 * MiB + MiB / 2), default);
        Assert.Equal(["base/new", "other/newest"], store.Images.List());
        Assert.Equal(3ul * MiB, await content.MeasureAsync(default));
        Assert.True(store.Objects.Contains(shared));
        // The name is free: the image comes from the server once more.
        store.Images.Add("base/old", new() { FileSystem = new FileSystemBuilder().Build() });
    }

    [Fact]
    public async Task Copies_of_repositories_go_that_were_not_used_for_longest_and_none_that_is_used()
    {
        var repository = Repository.Create(folder["répo"]);
        repository.Commit(("a/manifest", "{}"), ("b/manifest", "{ }"));
        var mirrors = new GitMirrors(folder["git"], TimeProvider.System);
        var url = GitUrl.Parse(repository.Url);
        var content = new EntryFolder(mirrors.List, mirrors.TryTakeAwayAsync, TimeProvider.System);
        var used = await mirrors.FetchAsync(url, "master", "a", default);
        using (await mirrors.FetchAsync(url, "master", "b", default))
        {
        }
        await content.CollectAsync(new(0), default);
        // The copy itself was used just now.
        Assert.Equal([Path.GetFileName(used.Directory)], Directory.EnumerateDirectories(folder["git/trees"]).Select(Path.GetFileName));
        var mirror = Assert.Single(Directory.EnumerateDirectories(folder["git/mirrors"]));
        Directory.SetLastWriteTimeUtc(mirror, DateTime.UtcNow.AddHours(-2));
        used.Dispose();
        Directory.CreateDirectory(folder["git/trees/of one that was killed~"]);
        await content.CollectAsync(new(0), default);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["git/trees"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["git/mirrors"]));
        using var again = await mirrors.FetchAsync(url, "master", "b", default);
        Assert.Equal("{ }", await File.ReadAllTextAsync(Path.Combine(again.Directory, "manifest")));
    }
}
