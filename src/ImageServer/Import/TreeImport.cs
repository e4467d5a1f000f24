using ImageSdk.Dominator;
using ImageSdk.Dominator.Trees;
using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Import;

/// <summary>Makes an image of a tree that another server has, with everything in it under its SHA-512.</summary>
/// <param name="log">Told what was fetched.</param>
sealed class TreeImport(ImageCatalogue images, ObjectCatalogue objects, TimeProvider time, Action<string> log)
{
    /// <param name="user">Who imports; empty for a caller without a name.</param>
    /// <exception cref="TreeException">The tree is none, or cannot be had.</exception>
    /// <exception cref="ImageFormatException">The tree has a bad name, or one twice.</exception>
    /// <exception cref="SrpcException">The image cannot be added.</exception>
    public async Task<ImportTreeResponse> ImportAsync(ImportTreeRequest request, string user, CancellationToken cancellation)
    {
        var url = TreeUrl.Parse(request.TreeUrl);
        if (!images.HasDirectory(request.DirectoryName))
            throw new SrpcException($"directory: {request.DirectoryName} does not exist");
        var name = request.DirectoryName == ImageName.RootDirectory ? $"{url.Hash}" : $"{request.DirectoryName}/{url.Hash}";
        if (images.Find(name) is not null)
            throw new SrpcException($"image: {name} already exists");

        using var fetch = new TreeFetch(objects, url.Hash);
        var start = time.GetTimestamp();
        var now = time.GetUtcNow();
        var reader = new TreeReader(fetch, new FileTime(now.ToUnixTimeSeconds(), (int)(now.Ticks % TimeSpan.TicksPerSecond) * 100));
        var tree = await reader.ReadAsync(url, cancellation);
        var response = new ImportTreeResponse { TreeObjectsAdded = fetch.Count, TreeBytesAdded = fetch.Bytes, TreesDownloadTime = time.GetElapsedTime(start) };
        Log("tree", response.TreeObjectsAdded, response.TreeBytesAdded, response.TreesDownloadTime);
        start = time.GetTimestamp();
        await fetch.FetchAsync(url.Blobs, reader.Files, cancellation);
        response.FileObjectsAdded = fetch.Count - response.TreeObjectsAdded;
        response.FileBytesAdded = fetch.Bytes - response.TreeBytesAdded;
        response.FilesDownloadTime = time.GetElapsedTime(start);
        Log("file", response.FileObjectsAdded, response.FileBytesAdded, response.FilesDownloadTime);
        Refusals.Plain.Of(() => images.Add(name, new Image
        {
            CreatedBy = user,
            CreatedOn = time.GetUtcNow(),
            ExpiresAt = request.ExpiresAt,
            FileSystem = tree,
        }));
        response.ImageName = name;
        return response;
    }

    void Log(string kind, ulong objects, ulong bytes, TimeSpan duration) =>
        log($"Imported {objects} ({HumanSize.Format(bytes)}) new {kind} objects in: {HumanDuration.Format(duration)} ({HumanSpeed.Format(bytes, duration)})");
}
