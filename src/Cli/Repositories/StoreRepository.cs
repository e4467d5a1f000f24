using ImageSdk.Building.Manifests;
using ImageSdk.Cli.Stores;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Repositories;

/// <summary>The images of a store on this machine.</summary>
sealed class StoreRepository(StoreLocation location) : IImageRepository
{
    LocalStore? store;

    public string Place => location.Images;

    public IObjectSource Objects => location.OpenObjects();

    LocalStore Store => store ??= location.Open();

    public Task<IReadOnlyList<string>> ListAsync(ImageSelection selection, CancellationToken cancellation)
    {
        var directory = selection.Directory.TrimEnd('/');
        var names = Store.Images.List(directory.Length == 0 ? null : directory).AsEnumerable();
        if (selection.Directory.EndsWith('/'))
            names = names.Where(name => ImageName.GetDirectory(name) == directory);
        if (selection.IgnoreExpiring || selection.Tags is not null)
            names = names.Where(name => Store.Images.GetHeader(name) is { } header && IsSelected(header, selection));
        return Task.FromResult<IReadOnlyList<string>>([.. names]);
    }

    public Task<IReadOnlyList<ImageDirectory>> ListDirectoriesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<ImageDirectory>>(
        [.. Store.Images.ListDirectories().Select(name => new ImageDirectory(name, Store.Images.GetDirectoryMetadata(name)))]);

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(IsStore && Store.Images.Exists(name));

    public Task<bool> DirectoryExistsAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(IsStore && Store.Images.DirectoryExists(name));

    public Task<string?> FindLatestAsync(string directory, ImageSelection selection, CancellationToken cancellation) =>
        Task.FromResult(Store.Images.FindLatest(directory, selection.BuildCommitId, selection.Tags, selection.IgnoreExpiring));

    public async Task<Image?> GetAsync(string name, ImageQuery query, CancellationToken cancellation)
    {
        var deadline = DateTime.UtcNow + query.Timeout;
        while (true)
        {
            if (IsStore && Store.Images.Get(name) is { } image)
                return image;
            if (DateTime.UtcNow >= deadline)
                return null;
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }
    }

    public Task<(Inode Inode, int Links)?> FindInodeAsync(string name, ByteString path, CancellationToken cancellation)
    {
        var tree = Read(name).FileSystem;
        return Task.FromResult<(Inode Inode, int Links)?>(
            tree is not null && tree.Index.TryFind(path, out var entry) ? (entry.Inode, tree.Index.CountLinks(entry)) : null);
    }

    public Task<DateTimeOffset?> GetExpirationAsync(string name, CancellationToken cancellation) => Task.FromResult(Read(name).ExpiresAt);

    /// <exception cref="StoreException">It does not expire, or later than at that time: what a server says as well.</exception>
    public Task ChangeExpirationAsync(string name, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        var image = Read(name);
        if (image.ExpiresAt is not { } current)
            throw new StoreException("image does not expire");
        if (expiresAt < current)
            throw new StoreException("cannot shorten expiration time");
        Store.Images.Replace(name, image with { ExpiresAt = expiresAt });
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string name, CancellationToken cancellation)
    {
        Store.Images.Delete(name);
        return Task.CompletedTask;
    }

    public Task MakeDirectoryAsync(string name, bool withParents, CancellationToken cancellation)
    {
        var images = OpenForChange().Images;
        if (!withParents && images.DirectoryExists(name))
            throw new StoreException($"directory: {name} already exists");
        if (!withParents && ImageName.GetDirectory(name) is var parent && parent != ImageName.RootDirectory && !images.DirectoryExists(parent))
            throw new StoreException($"no metadata for: {parent}");
        images.MakeDirectory(name);
        return Task.CompletedTask;
    }

    public Task DeleteDirectoryAsync(string name, CancellationToken cancellation)
    {
        Store.Images.RemoveDirectory(name);
        return Task.CompletedTask;
    }

    public Task ChangeOwnerAsync(string directory, string group, CancellationToken cancellation)
    {
        Store.Images.SetDirectoryMetadata(directory, new DirectoryMetadata(group));
        return Task.CompletedTask;
    }

    public IObjectFetcher Fetcher(TransferProgress progress, bool letServerCompare = false) => new SourceFetch(Objects, progress);

    public Task<IReadOnlyList<WantedObject>> FindMissingAsync(IReadOnlyList<WantedObject> objects, CancellationToken cancellation)
    {
        var store = OpenForChange().Objects;
        return Task.FromResult<IReadOnlyList<WantedObject>>([.. objects.Where(wanted => store.SizeOf(wanted.Hash) != wanted.Size)]);
    }

    public IObjectReceiver Receiver(IObjectSource source, TransferProgress progress, CancellationToken cancellation) =>
        new StoreReceiver(OpenForChange().Objects, source, cancellation);

    public Task AddAsync(string name, Image image, IObjectSource source, CancellationToken cancellation)
    {
        OpenForChange().Images.Add(name, image with { CreatedBy = Environment.UserName, CreatedOn = DateTimeOffset.UtcNow });
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<WantedObject>> ListUnreferencedAsync(CancellationToken cancellation)
    {
        var referenced = new HashSet<ObjectHash>();
        foreach (var name in Store.Images.List())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Store.Images.Get(name) is { } image)
                referenced.UnionWith(ImageObjects.List(image).Keys);
        }
        return Task.FromResult<IReadOnlyList<WantedObject>>(
            [.. Store.Objects.Enumerate().Where(found => !referenced.Contains(found.Hash)).Select(found => new WantedObject(found.Hash, found.Size))]);
    }

    public async Task DeleteUnreferencedAsync(byte percentage, ulong bytes, CancellationToken cancellation)
    {
        var unreferenced = await ListUnreferencedAsync(cancellation);
        var oldest = unreferenced.OrderBy(found => File.GetLastWriteTimeUtc(Store.Objects.GetPath(found.Hash))).ToArray();
        var wanted = unreferenced.Count * percentage / 100;
        var (count, freed) = (0, 0ul);
        foreach (var found in oldest)
        {
            cancellation.ThrowIfCancellationRequested();
            if (count >= wanted && freed >= bytes)
                return;
            if (!Store.Objects.Remove(found.Hash))
                continue;
            count++;
            freed += found.Size;
        }
        if (count < wanted || freed < bytes)
            throw new StoreException("no more objects to delete");
    }

    public Task<ObjectStatistics> GetStatisticsAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var objects = new Dictionary<ObjectHash, ulong>();
        var (files, bytes) = (0ul, 0ul);
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var file in Read(name).FileSystem?.InodeTable.Values.OfType<RegularInode>().Where(file => file.Size > 0) ?? [])
            {
                files++;
                bytes += file.Size;
                objects[file.Hash] = file.Size;
            }
        }
        return Task.FromResult(new ObjectStatistics(
            (ulong)names.Count, files, bytes, (ulong)objects.Count, objects.Values.Aggregate(0ul, (sum, size) => sum + size),
            System.Diagnostics.Stopwatch.GetElapsedTime(started)));
    }

    public Task<byte[]> GetArchiveAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(ImageArchiveFile.Write(new ImageArchive(name, Read(name)), secret: []));

    public Task RestoreAsync(byte[] archive, ImageArchive content, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        OpenForChange().Images.Add(
            content.ImageName, content.Image.ExpiresAt is null ? content.Image : content.Image with { ExpiresAt = expiresAt });
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    bool IsStore => Directory.Exists(location.Images);

    /// <summary>The store, also where there is none yet.</summary>
    LocalStore OpenForChange() => new(location.Images, location.Images, location.Objects);

    Image Read(string name) => Store.Images.Get(name) ?? throw new StoreException($"image: {name} does not exist");

    static bool IsSelected(ImageHeader header, ImageSelection selection) =>
        !(selection.IgnoreExpiring && header.ExpiresAt is not null) && selection.Tags?.Matches(header.Tags) is not false;
}
