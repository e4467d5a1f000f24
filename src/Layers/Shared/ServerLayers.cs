using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Layers.Shared;

/// <summary>Shared layers at an image server.</summary>
sealed class ServerLayers : IRemoteLayers
{
    /// <summary>A server never gives a deleted image's name again: another one takes the place of a layer that was damaged.</summary>
    static readonly string[] suffixes = ["", ".2"];

    readonly ServerLink server;

    public ServerLayers(ServerLink server)
    {
        this.server = server;
        Objects = new GuardedFetch(server);
    }

    public IObjectFetcher Objects { get; }

    public async Task<byte[]?> FindAsync(string id, CancellationToken cancellation)
    {
        foreach (var suffix in suffixes)
        {
            var header = await server.AskAsync(
                client => client.GetImageAsync(
                    new GetImageRequest { ImageName = LayerImage.NameOf(id) + suffix, IgnoreFilesystem = true, IgnoreFilesystemIfExpiring = false }, cancellation), cancellation);
            if (header.Image?.BuildLog?.Object is { } hash)
                return await ReadAsync(hash, cancellation);
        }
        return null;
    }

    async Task<byte[]> ReadAsync(ObjectHash hash, CancellationToken cancellation)
    {
        var record = Array.Empty<byte>();
        try
        {
            return await server.Connections.AskAsync(
                async connection =>
                {
                    await new ObjectServerClient(connection).GetObjectsAsync([hash], async (_, content) =>
                    {
                        LayerRecord.RequireLength(content.Length);
                        record = new byte[content.Length];
                        await content.ReadExactlyAsync(record, cancellation);
                    }, cancellation);
                    return record;
                }, cancellation);
        }
        catch (SrpcException problem)
        {
            throw problem.IsFromServer || (record.Length > 0 && ObjectHash.Of(record) != hash)
                ? new InvalidDataException(problem.Message, problem)
                : server.Explain(problem);
        }
    }

    public async Task AddAsync(string id, Image image, IObjectSource objects, CancellationToken cancellation)
    {
        if (!await server.AskAsync(client => client.CheckDirectoryAsync(LayerImage.Directory, cancellation), cancellation))
            await server.GuardAsync(() => server.Connections.CallAsync(
                async connection =>
                {
                    await new ImageServerClient(connection).MakeDirectoryAsync(LayerImage.Directory, makeAll: true, cancellation);
                    return true;
                }, cancellation));
        var push = new ImagePush(server.Connections, objects, server.Options);
        foreach (var suffix in suffixes)
        {
            try
            {
                await push.PushAsync(LayerImage.NameOf(id) + suffix, image, cancellation);
                return;
            }
            catch (SrpcException refusal) when (refusal.IsFromServer && refusal.Message.Contains("already exists", StringComparison.Ordinal))
            {
                return;
            }
            catch (SrpcException refusal) when (refusal.IsFromServer && refusal.Message.StartsWith("cannot add previously deleted image", StringComparison.Ordinal))
            {
                // Try the next name.
            }
            catch (SrpcException problem)
            {
                throw server.Explain(problem);
            }
        }
    }

    public async Task RemoveAsync(string id, CancellationToken cancellation)
    {
        foreach (var suffix in suffixes)
        {
            var name = LayerImage.NameOf(id) + suffix;
            if (!await server.AskAsync(client => client.CheckImageAsync(name, cancellation), cancellation))
                continue;
            await CompareAsync(name, cancellation);
            await server.GuardAsync(() => server.Connections.CallAsync(
                async connection =>
                {
                    await new ImageServerClient(connection).DeleteImageAsync(name, cancellation);
                    return true;
                }, cancellation));
        }
    }

    /// <summary>Has the server put aside what is damaged: of an object that it has, it would take no other copy.</summary>
    async Task CompareAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var reply = await server.Connections.AskAsync(
                connection => new ImageServerClient(connection).GetImageAsync(new GetImageRequest { ImageName = name }, cancellation), cancellation);
            if (reply.Image is { } image)
                await server.Connections.AskAsync(
                    connection => new ObjectServerClient(connection).CompareObjectsAsync([.. ImageObjects.List(image).Keys], cancellation), cancellation);
        }
        catch (SrpcException problem) when (problem.IsFromServer)
        {
            // The image itself is damaged.
        }
        catch (SrpcException problem)
        {
            throw server.Explain(problem);
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>What the server refuses to send it does not have: then the layer is damaged, and not the way to the server.</summary>
    sealed class GuardedFetch(ServerLink server) : IObjectFetcher
    {
        readonly ObjectFetch fetch = new(server.Connections, server.Options);

        public async Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation)
        {
            try
            {
                await fetch.FetchAsync(objects, sink, cancellation);
            }
            catch (SrpcException problem)
            {
                throw problem.IsFromServer ? new InvalidDataException(problem.Message, problem) : server.Explain(problem);
            }
        }
    }
}
