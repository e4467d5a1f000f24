using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Running;

/// <summary>Builds an image in this process and brings it to the image server.</summary>
/// <param name="builder">What builds.</param>
/// <param name="server">Where images go.</param>
/// <param name="outgoingDirectory">Where objects lie in between; what is in it when a process starts is removed.</param>
/// <param name="time">The clock.</param>
sealed class BuildExecution(IStreamBuilder builder, ImageServerLink server, string outgoingDirectory, TimeProvider time)
{
    /// <param name="report">Receives each stage as it begins.</param>
    /// <inheritdoc cref="IBuildRunner.RunAsync"/>
    public async Task<BuildOutcome> RunAsync(BuildOrder order, BuildableStream stream, JobLogListener log, Func<string, Task> report, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        await using var built = await builder.BuildAsync(
            new(stream, order.Variables)
            {
                GitBranch = order.GitBranch,
                MaxSourceAge = order.MaxSourceAge,
                MaxPackageAge = order.IsAutomatic ? TimeSpan.Zero : order.MaxSourceAge > TimeSpan.Zero ? order.MaxSourceAge : null,
                Report = report,
                TimeLimit = order.TimeLimit > TimeSpan.Zero ? order.TimeLimit : TimeSpan.FromHours(24),
            }, log, stop);
        return await DeliverAsync(order, built, log, began, stop);
    }

    async Task<BuildOutcome> DeliverAsync(BuildOrder order, IBuiltImage built, JobLogListener log, long began, CancellationToken stop)
    {
        var uploading = time.GetTimestamp();
        var image = built.Image with { ExpiresAt = order.ExpiresIn > TimeSpan.Zero ? time.GetUtcNow() + order.ExpiresIn : null };
        var directory = Path.Combine(outgoingDirectory, Guid.NewGuid().ToString("N"));
        try
        {
            var objects = new ObjectStore(directory, isDurable: false);
            var missing = await SendObjectsAsync(image, built, objects, directory, stop);
            log.Write($"Uploaded {missing} objects");
            if (order.ReturnImage)
                return new("", (await SendImageAsync(image with { ExpiresAt = null }, objects, stop)).ToString(), built.Stages);
            var name = await server.AddAsync(order.Stream, image with { CreatedFor = order.User ?? "" }, objects, stop);
            log.Write($"Uploaded {name} in {HumanDuration.Format(time.GetElapsedTime(uploading))}, total build duration: {HumanDuration.Format(time.GetElapsedTime(began))}");
            return new(name, Stages: built.Stages);
        }
        finally
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Sends the objects that the server lacks, and nothing of the others is read.</summary>
    async Task<int> SendObjectsAsync(Image image, IBuiltImage built, ObjectStore objects, string directory, CancellationToken stop)
    {
        var all = ImageObjects.List(image).Select(item => (Hash: item.Key, Size: item.Value ?? 0)).ToList();
        var missing = await server.Connections.AskAsync(connection => ObjectCheck.FindMissingAsync(connection, all, stop), stop);
        var wanted = missing.Select(index => all[index].Hash).ToHashSet();
        // Of the log no image says how long it is.
        if (image.BuildLog?.Object is { } log)
            wanted.Add(log);
        if (wanted.Count == 0)
            return 0;
        await built.StoreObjectsAsync(wanted, directory, stop);
        await SendAsync(wanted, objects, stop);
        return wanted.Count;
    }

    /// <summary>Sends the image itself as an object, from where the one who asked gets it; whichever machine built it.</summary>
    async Task<ObjectHash> SendImageAsync(Image image, ObjectStore objects, CancellationToken stop)
    {
        using var content = new MemoryStream();
        ImageFile.Write(content, image);
        var hash = objects.Add(content.ToArray()).Hash;
        await SendAsync([hash], objects, stop);
        return hash;
    }

    async Task SendAsync(IReadOnlyCollection<ObjectHash> wanted, ObjectStore objects, CancellationToken stop)
    {
        await using var push = new ObjectPush(server.Connections, objects, null, new(), stop);
        foreach (var batch in wanted.Chunk(1000))
            await push.OfferAsync(new([.. batch.Select(hash => new OfferedObject(hash, SizeOf(objects, hash)))]));
        await push.FinishAsync();
    }

    static ulong SizeOf(ObjectStore objects, ObjectHash hash)
    {
        using var content = objects.OpenRead(hash);
        return (ulong)content.Length;
    }
}
