using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Updates;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Images;

/// <summary>
/// The images and directories of the server. Headers are kept in memory, images on disk and, the latest ones used, in a
/// cache. For many threads; changes reach the feed in the order in which it happens.
/// </summary>
sealed partial class ImageCatalogue
{
    // Of decoded images; some 300 bytes each.
    const int CachedInodes = 200_000;

    readonly Lock gate = new();
    readonly Dictionary<string, ImageEntry> images = [];
    readonly DirectoryTable directories;
    readonly HashSet<string> beingWritten = [];
    readonly ImageCache cache = new(CachedInodes);
    readonly ImageStore store;
    readonly ObjectCatalogue objects;
    readonly TimeProvider time;
    readonly Action<string> report;

    /// <param name="store">Not used by others as long as the server runs.</param>
    /// <param name="report">Told of what is found at the start.</param>
    public ImageCatalogue(ImageStore store, ObjectCatalogue objects, TimeProvider time, Action<string> report)
    {
        this.store = store;
        this.objects = objects;
        this.time = time;
        this.report = report;
        directories = new DirectoryTable(store, report);
        Load();
    }

    public UpdateFeed Feed { get; } = new();

    public int Count
    {
        get
        {
            lock (gate)
                return images.Count;
        }
    }

    public int DirectoryCount
    {
        get
        {
            lock (gate)
                return directories.Count;
        }
    }

    /// <summary>An image's header; null where there is no such image, or it is still being written.</summary>
    public ImageHeader? Find(string name)
    {
        lock (gate)
            return images.GetValueOrDefault(name)?.Header;
    }

    /// <summary>What is wrong with an image as far as known; null where nothing is.</summary>
    public string? FindFault(string name)
    {
        lock (gate)
            return images.GetValueOrDefault(name)?.Fault;
    }

    /// <summary>An image that is in memory; null where it has to be read.</summary>
    public Image? FindRead(string name) => Find(name) is null ? null : cache.Find(name);

    /// <summary>Reads an image; null where there is none.</summary>
    /// <exception cref="ImageFileException">Its file is damaged.</exception>
    public Image? Get(string name)
    {
        if (Find(name) is not { } header)
            return null;
        if (cache.Find(name) is { } known)
            return known;
        if (store.Load(name, withImage: true) is not { Image: { } image })
            return null;
        cache.Keep(name, image);
        // Whoever deleted or changed it meanwhile did not find it in the cache.
        if (!ReferenceEquals(Find(name), header))
            cache.Forget(name);
        return image;
    }

    /// <summary>The file that an image is kept in.</summary>
    public string GetPath(string name) => store.GetPath(name);

    /// <summary>The headers of the images that are selected, in no order.</summary>
    public IReadOnlyList<ImageHeader> List(Func<ImageHeader, bool> isSelected)
    {
        lock (gate)
            return [.. images.Values.Select(entry => entry.Header).Where(isSelected)];
    }

    /// <summary>All directories, those above before those below.</summary>
    public IReadOnlyList<ImageDirectory> ListDirectories()
    {
        lock (gate)
            return directories.List();
    }

    public bool HasDirectory(string name)
    {
        lock (gate)
            return directories.Contains(name);
    }

    /// <summary>
    /// The name of the newest image directly in a directory, that last in version order among equally new ones; null
    /// where none is suitable.
    /// </summary>
    /// <exception cref="SrpcException">There is no such directory.</exception>
    public string? FindLatest(FindLatestImageRequest request)
    {
        var tags = request.TagsToMatch is { } wanted ? new TagMatcher(wanted) : TagMatcher.Any;
        lock (gate)
        {
            if (!directories.Contains(request.DirectoryName))
                throw new SrpcException($"unknown directory: {request.DirectoryName}");
            return images.Values.Select(entry => entry.Header)
                .Where(header => ImageName.GetDirectory(header.Name) == request.DirectoryName)
                .Where(header => !(request.IgnoreExpiringImages && header.ExpiresAt is not null))
                .Where(header => request.BuildCommitId.Length == 0 ||
                    header.BuildCommitId == request.BuildCommitId || header.BuildBranch == request.BuildCommitId)
                .Where(header => tags.Matches(header.Tags))
                .OrderBy(header => header.CreatedOn ?? DateTimeOffset.MinValue).ThenBy(header => header.Name, VersionOrder.Instance)
                .LastOrDefault()?.Name;
        }
    }

    /// <summary>Everything that there is, and what changes from then on.</summary>
    public (IReadOnlyList<ImageDirectory> Directories, IReadOnlyList<ImageHeader> Images, UpdateSubscription Changes) Subscribe()
    {
        lock (gate)
            return (directories.List(), [.. images.Values.Select(entry => entry.Header)], Feed.Subscribe());
    }

    /// <summary>Waits until there is an image of that name; false where there is none when the time is over.</summary>
    public async Task<bool> WaitAsync(string name, TimeSpan timeout, CancellationToken cancellation)
    {
        using var subscription = Feed.Subscribe();
        if (Find(name) is not null)
            return true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout < maxTimer ? timeout : maxTimer);
        try
        {
            await foreach (var update in subscription.Updates.ReadAllAsync(limit.Token))
            {
                if (update.Operation == ImageOperation.AddImage && update.Name == name)
                    return true;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
        return Find(name) is not null;
    }

    static readonly TimeSpan maxTimer = TimeSpan.FromDays(40);
}
