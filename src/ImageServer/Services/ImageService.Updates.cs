using ImageSdk.Dominator;
using ImageSdk.Hosting.Services;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Services;

/// <summary>Streams of what there is and what changes.</summary>
sealed partial class ImageService
{
    /// <summary>How many listen.</summary>
    public int ListenerCount => images.Feed.ListenerCount;

    void AddUpdateMethods(SrpcService service, SrpcMethodOptions read)
    {
        service.Stream("GetImageUpdates", call => SendUpdatesAsync(call, ignoreExpiring: false), read);
        service.Stream("GetFilteredImageUpdates", async call =>
            await SendUpdatesAsync(call, (await call.ReadAsync(GetFilteredImageUpdatesRequest.Gob)).IgnoreExpiring), read);
    }

    async Task SendUpdatesAsync(SrpcServerCall call, bool ignoreExpiring)
    {
        // A replica has nothing to tell before it has all that its master has.
        if (options.Master is { } master)
            await master.Replicated.WaitAsync(call.Aborted);
        options.Log($"New image replication client connected from: {call.Peer.Remote}");
        var (directories, headers, subscription) = images.Subscribe();
        using var end = subscription;
        foreach (var directory in directories)
            await call.WriteAsync(ImageUpdate.Gob, new() { Directory = directory, Operation = ImageOperation.MakeDirectory });
        foreach (var header in headers)
        {
            if (!(ignoreExpiring && header.ExpiresAt is not null))
                await call.WriteAsync(ImageUpdate.Gob, new() { Name = header.Name });
        }
        await call.WriteAsync(ImageUpdate.Gob, new());
        await call.FlushAsync();
        var watch = CallerWatch.EndWithCallerAsync(call, subscription);
        await foreach (var update in subscription.Updates.ReadAllAsync(call.Aborted))
        {
            if (ignoreExpiring && update.Operation == ImageOperation.AddImage && images.Find(update.Name) is not { ExpiresAt: null })
                continue;
            await call.WriteAsync(ImageUpdate.Gob, update);
            if (!subscription.Updates.TryPeek(out _))
                await call.FlushAsync();
        }
        // Either the caller is gone or it was too slow; in both cases there is no way to go on with this connection.
        throw new SrpcException(watch.IsCompleted ? "closed by the caller" : "the caller reads too slowly");
    }
}
