using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.Building.Sources;

/// <summary>Brings the newest image of a stream from an image server into the local store, where builds take it from.</summary>
sealed class ServerSource(ServerLink server, LocalStore store, IBuildListener listener)
{
    /// <summary>Does nothing where the server has none that matches, or the store has that one or a newer one.</summary>
    /// <exception cref="BuildException">The server refuses, cannot be reached or sends no image.</exception>
    public async Task FetchLatestAsync(string stream, string commit, TagMatcher tags, CancellationToken cancellation)
    {
        if (await FindLatestAsync(stream, commit, tags, cancellation) is not { } name || File.Exists(store.Images.GetPath(name)))
            return;
        var header = await server.AskAsync(
            client => client.GetImageAsync(new GetImageRequest { ImageName = name, IgnoreFilesystem = true }, cancellation), cancellation);
        if (header.Image is null || IsOlderThanLocal(header.Image, stream, commit, tags))
            return;
        if (await server.AskAsync(client => client.GetImageAsync(name, cancellation), cancellation) is { } image)
            await FetchAsync(name, image, cancellation);
    }

    /// <summary>The image of this name; does nothing where the server has none.</summary>
    /// <inheritdoc cref="FetchLatestAsync"/>
    public async Task FetchAsync(string name, CancellationToken cancellation)
    {
        if (await server.AskAsync(client => client.GetImageAsync(name, cancellation), cancellation) is { } image)
            await FetchAsync(name, image, cancellation);
    }

    async Task<string?> FindLatestAsync(string stream, string commit, TagMatcher tags, CancellationToken cancellation)
    {
        if (!await server.AskAsync(client => client.CheckDirectoryAsync(stream, cancellation), cancellation))
            return null;
        return await server.AskAsync(
            client => client.FindLatestImageAsync(
                new() { DirectoryName = stream, BuildCommitId = commit, TagsToMatch = tags.Tags.Count > 0 ? tags.Tags : null }, cancellation), cancellation);
    }

    bool IsOlderThanLocal(Image image, string stream, string commit, TagMatcher tags) =>
        store.Images.DirectoryExists(stream) && store.Images.FindLatest(stream, commit, tags) is { } latest
        && store.Images.GetHeader(latest)?.CreatedOn >= image.CreatedOn;

    async Task FetchAsync(string name, Image image, CancellationToken cancellation)
    {
        listener.Progress($"Fetching {name} from {server.Address}");
        try
        {
            FileSystemValidator.Validate(image.FileSystem ?? throw new ImageFormatException("/", "no file system"));
            var missing = ImageObjects.List(image).Where(item => item.Value is not null && !store.Objects.Contains(item.Key))
                .Select(item => new WantedObject(item.Key, item.Value!.Value)).ToArray();
            using var adder = store.Objects.BeginAdding();
            var fetch = new ObjectFetch(server.Connections, server.Options);
            await fetch.FetchAsync(missing, new StoreSink(adder, missing), cancellation);
            await FetchAnnotationsAsync(image, adder, cancellation);
            adder.Commit();
            store.Images.Add(name, image);
        }
        catch (SrpcException problem)
        {
            throw server.Explain(problem);
        }
        catch (Exception problem) when (problem is ImageFormatException or InvalidDataException or StoreException)
        {
            throw new BuildException("IMG2014",
                $"The source image {name} from {server.Address} cannot be used: {problem.Message}. Have it published again, or name another one.", inner: problem);
        }
    }

    // The image does not say how long its notes and logs are.
    async Task FetchAnnotationsAsync(Image image, ObjectAdder adder, CancellationToken cancellation)
    {
        foreach (var (hash, size) in ImageObjects.List(image))
        {
            if (size is null && !store.Objects.Contains(hash))
            {
                await server.Connections.AskAsync(async connection =>
                {
                    await new ObjectServerClient(connection).GetObjectsAsync([hash], (_, content) =>
                    {
                        adder.Add(content, hash, cancellation);
                        return ValueTask.CompletedTask;
                    }, cancellation);
                    return true;
                }, cancellation);
            }
        }
    }

    sealed class StoreSink(ObjectAdder adder, IReadOnlyList<WantedObject> objects) : IObjectSink
    {
        public void Take(int index, ReadOnlySpan<byte> content) => adder.Add(content, objects[index].Hash);

        public ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            adder.Add(content, objects[index].Hash, cancellation);
            return ValueTask.CompletedTask;
        }
    }
}
