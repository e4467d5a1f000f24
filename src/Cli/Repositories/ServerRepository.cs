using ImageSdk.Building.Manifests;
using ImageSdk.Cli.Errors;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Cli.Repositories;

/// <summary>The images of an image server.</summary>
/// <param name="dial">Makes connections to it.</param>
/// <param name="address">Where it is.</param>
sealed class ServerRepository(SrpcDialer dial, SrpcAddress address) : IImageRepository
{
    readonly ServerConnections connections = new(dial, address);

    public string Place => address.ToString();

    public ServerConnections Connections => connections;

    public IObjectSource Objects => new ServerObjects(connections);

    public async Task<IReadOnlyList<string>> ListAsync(ImageSelection selection, CancellationToken cancellation)
    {
        var request = new ListSelectedImagesRequest
        {
            DirectoryName = selection.Directory, IgnoreExpiringImages = selection.IgnoreExpiring, TagsToMatch = selection.Tags?.Tags,
        };
        var names = await AskAsync(images => images.ListImagesAsync(request, cancellation), cancellation);
        return [.. names.Order(VersionOrder.Instance)];
    }

    public async Task<IReadOnlyList<ImageDirectory>> ListDirectoriesAsync(CancellationToken cancellation)
    {
        var directories = await AskAsync(images => images.ListDirectoriesAsync(cancellation), cancellation);
        return [.. directories.OrderBy(directory => directory.Name, VersionOrder.Instance)];
    }

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        AskAsync(images => images.CheckImageAsync(name, cancellation), cancellation);

    public Task<bool> DirectoryExistsAsync(string name, CancellationToken cancellation) =>
        AskAsync(images => images.CheckDirectoryAsync(name, cancellation), cancellation);

    public Task<string?> FindLatestAsync(string directory, ImageSelection selection, CancellationToken cancellation)
    {
        var request = new FindLatestImageRequest
        {
            DirectoryName = directory, BuildCommitId = selection.BuildCommitId, IgnoreExpiringImages = selection.IgnoreExpiring,
            TagsToMatch = selection.Tags?.Tags,
        };
        return AskAsync(images => images.FindLatestImageAsync(request, cancellation), cancellation);
    }

    public async Task<Image?> GetAsync(string name, ImageQuery query, CancellationToken cancellation) =>
        (await GetResponseAsync(name, query, cancellation)).Image;

    /// <summary>The image with what else the server says of it.</summary>
    public Task<GetImageResponse> GetResponseAsync(string name, ImageQuery query, CancellationToken cancellation)
    {
        var request = new GetImageRequest { ImageName = name, IgnoreFilesystem = !query.WithTree, Timeout = query.Timeout };
        return AskAsync(images => images.GetImageAsync(request, cancellation), cancellation);
    }

    public async Task<(Inode Inode, int Links)?> FindInodeAsync(string name, ByteString path, CancellationToken cancellation)
    {
        var reply = await AskAsync(images => images.GetImageInodesAsync(name, [path], cancellation), cancellation);
        if (!reply.ImageExists)
            throw new CommandException(ErrorCode.UnknownImage, $"image: {name} not found");
        if (reply.InodeNumbers?.TryGetValue(path, out var number) is not true || reply.Inodes?.GetValueOrDefault(number) is not { } inode)
            return null;
        return (inode, (int)(reply.NumLinks?.GetValueOrDefault(number, 1ul) ?? 1));
    }

    public Task<DateTimeOffset?> GetExpirationAsync(string name, CancellationToken cancellation) =>
        AskAsync(images => images.GetImageExpirationAsync(name, cancellation), cancellation);

    public Task ChangeExpirationAsync(string name, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        CallAsync(images => images.ChangeImageExpirationAsync(name, expiresAt, cancellation), cancellation);

    public Task DeleteAsync(string name, CancellationToken cancellation) =>
        CallAsync(images => images.DeleteImageAsync(name, cancellation), cancellation);

    public Task MakeDirectoryAsync(string name, bool withParents, CancellationToken cancellation) =>
        CallAsync(images => images.MakeDirectoryAsync(name, withParents, cancellation), cancellation);

    public Task DeleteDirectoryAsync(string name, CancellationToken cancellation) =>
        CallAsync(images => images.DeleteDirectoryAsync(name, cancellation), cancellation);

    public Task ChangeOwnerAsync(string directory, string group, CancellationToken cancellation) =>
        CallAsync(images => images.ChangeOwnerAsync(directory, group, cancellation), cancellation);

    public IObjectFetcher Fetcher(TransferProgress progress, bool letServerCompare = false) =>
        new ObjectFetch(connections, TransferOptions.Default with { LetsServerCompare = letServerCompare }, progress);

    public async Task<IReadOnlyList<WantedObject>> FindMissingAsync(IReadOnlyList<WantedObject> objects, CancellationToken cancellation)
    {
        (ObjectHash Hash, ulong Size)[] asked = [.. objects.Select(wanted => (wanted.Hash, wanted.Size))];
        var missing = await connections.AskAsync(connection => ObjectCheck.FindMissingAsync(connection, asked, cancellation), cancellation);
        return [.. missing.Select(index => objects[index])];
    }

    public IObjectReceiver Receiver(IObjectSource source, TransferProgress progress, CancellationToken cancellation) =>
        new ObjectPush(connections, source, progress: progress, cancellation: cancellation);

    public Task AddAsync(string name, Image image, IObjectSource source, CancellationToken cancellation) =>
        new ImagePush(connections, source).AddAsync(name, image, cancellation);

    public async Task<IReadOnlyList<WantedObject>> ListUnreferencedAsync(CancellationToken cancellation)
    {
        var objects = await AskAsync(images => images.ListUnreferencedObjectsAsync(cancellation), cancellation);
        return [.. objects.Select(next => new WantedObject(next.Hash, next.Size))];
    }

    public Task DeleteUnreferencedAsync(byte percentage, ulong bytes, CancellationToken cancellation) =>
        CallAsync(images => images.DeleteUnreferencedObjectsAsync(percentage, bytes, cancellation), cancellation);

    public async Task<ObjectStatistics> GetStatisticsAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var reply = await AskAsync(images => images.GetObjectStatisticsAsync(names, cancellation), cancellation);
        return new(reply.NumImages, reply.NumFileInodes, reply.TotalFileInodeBytes, reply.NumObjects, reply.TotalObjectBytes, reply.ComputationTime);
    }

    public async Task<byte[]> GetArchiveAsync(string name, CancellationToken cancellation)
    {
        var reply = await AskAsync(images => images.GetImageArchiveAsync(name, cancellation), cancellation);
        return reply.ReplicationMaster.Length == 0 ? reply.ArchiveData : throw AskMaster(reply.ReplicationMaster);
    }

    public async Task RestoreAsync(byte[] archive, ImageArchive content, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        var master = await connections.CallAsync(
            connection => new ImageServerClient(connection).RestoreImageAsync(archive, expiresAt, cancellation), cancellation);
        if (master is not null)
            throw AskMaster(master);
    }

    public Task<T> AskAsync<T>(Func<ImageServerClient, Task<T>> call, CancellationToken cancellation) =>
        connections.AskAsync(connection => call(new ImageServerClient(connection)), cancellation);

    public ValueTask DisposeAsync() => connections.DisposeAsync();

    Task CallAsync(Func<ImageServerClient, Task> call, CancellationToken cancellation) =>
        connections.CallAsync(connection => call(new ImageServerClient(connection)), cancellation);

    CommandException AskMaster(string master) =>
        new(ErrorCode.ServerRefuses, $"{Place} is a replica: please specify replication master: {master} (--server {master})");
}
