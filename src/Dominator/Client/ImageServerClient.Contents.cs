using System.Runtime.CompilerServices;
using ImageSdk.Images;

namespace ImageSdk.Dominator;

/// <summary>Parts of images, archives, statistics and updates.</summary>
public sealed partial class ImageServerClient
{
    /// <summary>The inodes of some paths; those that the image does not have are left out.</summary>
    public async Task<GetImageInodesResponse> GetImageInodesAsync(
        string name, IReadOnlyList<ByteString> paths, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetImageInodes", GetImageInodesRequest.Gob, new() { ImageName = name, Filenames = paths },
            GetImageInodesResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply;
    }

    /// <returns>Null where there is no such image.</returns>
    public async Task<IReadOnlyList<ComputedFile>?> GetComputedFilesAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetImageComputedFiles", GetImageComputedFilesRequest.Gob, new() { ImageName = name }, GetImageComputedFilesResponse.Gob, cancellation);
        return reply.ImageExists ? reply.ComputedFiles : null;
    }

    /// <returns>Null where there is no such image.</returns>
    public async Task<ImageTimes?> GetImageTimesAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetImage", GetImageRequest.Gob, new() { ImageName = name, IgnoreFilesystem = true }, ImageTimes.Response.Gob, cancellation);
        return reply.Image;
    }

    /// <summary>An image as an archive, with the server's signature, or the master to ask instead.</summary>
    public async Task<GetImageArchiveResponse> GetImageArchiveAsync(string name, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetImageArchive", GetImageArchiveRequest.Gob, new() { ImageName = name }, GetImageArchiveResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply;
    }

    /// <returns>The master to ask instead; null where the image is restored.</returns>
    public async Task<string?> RestoreImageAsync(byte[] archive, DateTimeOffset? expiresAt, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.RestoreImageFromArchive", RestoreImageFromArchiveRequest.Gob,
            new() { ArchiveData = archive, ExpiresAt = expiresAt }, RestoreImageFromArchiveResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply.ReplicationMaster.Length == 0 ? null : reply.ReplicationMaster;
    }

    public async Task<GetObjectStatisticsForImagesResponse> GetObjectStatisticsAsync(
        IReadOnlyList<string> names, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.GetObjectStatisticsForImages", GetObjectStatisticsForImagesRequest.Gob, new() { ImageNames = names },
            GetObjectStatisticsForImagesResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply;
    }

    /// <summary>The objects that no image needs, in any order.</summary>
    public async Task<IReadOnlyList<StoredObject>> ListUnreferencedObjectsAsync(CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("ImageServer.ListUnreferencedObjects", cancellation);
        var objects = new List<StoredObject>();
        for (StoredObject next; (next = await call.ReadAsync(StoredObject.Gob)).Size > 0;)
            objects.Add(next);
        await call.CloseAsync();
        return objects;
    }

    /// <summary>Deletes unreferenced objects, the oldest first, until both thresholds are reached.</summary>
    public Task DeleteUnreferencedObjectsAsync(byte percentage, ulong bytes, CancellationToken cancellation = default) =>
        connection.CallAsync(
            "ImageServer.DeleteUnreferencedObjects", DeleteUnreferencedObjectsRequest.Gob, new() { Percentage = percentage, Bytes = bytes },
            DeleteUnreferencedObjectsResponse.Gob, cancellation);

    /// <summary>Has the server fetch a tree by HTTP and make an image of it.</summary>
    public async Task<ImportTreeResponse> ImportTreeAsync(
        string directory, string url, DateTimeOffset? expiresAt, CancellationToken cancellation = default)
    {
        var reply = await connection.CallAsync(
            "ImageServer.ImportTree", ImportTreeRequest.Gob, new() { DirectoryName = directory, TreeUrl = url, ExpiresAt = expiresAt },
            ImportTreeResponse.Gob, cancellation);
        ThrowIfFailed(reply.Error);
        return reply;
    }

    /// <summary>
    /// What there is, then an update without a name, then what changes as it happens. Ends with the connection only.
    /// </summary>
    public async IAsyncEnumerable<ImageUpdate> GetUpdatesAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var call = await connection.OpenCallAsync("ImageServer.GetImageUpdates", cancellation);
        while (true)
            yield return await call.ReadAsync(ImageUpdate.Gob);
    }
}
