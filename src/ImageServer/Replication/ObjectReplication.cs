using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Replication;

/// <summary>
/// Fetches the objects that images need and the server lacks from its master. What several images need at once is
/// fetched once.
/// </summary>
sealed class ObjectReplication(ObjectCatalogue objects, ServerConnections master, ServerLog log, TimeProvider time)
{
    // Fetched and brought to the disk together.
    const int BatchCount = 4096;

    readonly ObjectClaims claims = new();

    /// <summary>Returns when all objects of an image are there.</summary>
    /// <param name="pins">Keep the objects until the image refers to them.</param>
    /// <exception cref="ImageSdk.Srpc.SrpcException">The master has not got an object, or cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The master sent another content.</exception>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public async Task FetchAsync(string name, Image image, ObjectPins pins, CancellationToken cancellation)
    {
        var uses = ObjectUse.Of(image);
        for (var missing = FindMissing(uses, pins); missing.Count > 0;)
        {
            Task others;
            using (var claim = claims.Make(missing))
            {
                others = claim.Others;
                if (claim.Mine.Count > 0)
                    await FetchAsync(name, uses.Count, claim.Mine, pins, cancellation);
                missing = [.. missing.Except(claim.Mine)];
            }
            await others.WaitAsync(cancellation);
            // What others did not get is left for the next round.
            missing = FindMissing(missing, pins);
        }
    }

    List<ObjectUse> FindMissing(IReadOnlyList<ObjectUse> uses, ObjectPins pins)
    {
        var sizes = objects.Pin([.. uses.Select(use => use.Hash)], pins);
        return [.. uses.Where((use, index) => sizes[index] == 0 || (use.Size is { } wanted && wanted != sizes[index]))];
    }

    async Task FetchAsync(string name, int total, IReadOnlyList<ObjectUse> wanted, ObjectPins pins, CancellationToken cancellation)
    {
        log.Write($"Replicator({name}): downloading {wanted.Count} of {total} objects");
        var start = time.GetTimestamp();
        var bytes = 0ul;
        // What was stored need not come again, whatever stops the rest.
        foreach (var turn in wanted.OrderBy(use => use.Size is null).Chunk(BatchCount))
            bytes += await FetchAsync(turn, pins, cancellation);
        var elapsed = time.GetElapsedTime(start);
        var rate = HumanSize.Format((ulong)(bytes / Math.Max(elapsed.TotalSeconds, 1e-6)));
        log.Write($"Replicator({name}): downloaded {wanted.Count} objects, {HumanSize.Format(bytes)} in {HumanDuration.Format(elapsed)} ({rate}/s)");
    }

    async Task<ulong> FetchAsync(ObjectUse[] wanted, ObjectPins pins, CancellationToken cancellation)
    {
        await using var batch = new ReceivedBatch(objects, pins);
        var intake = new ObjectIntake(batch, wanted);
        WantedObject[] sized = [.. wanted.TakeWhile(use => use.Size is not null).Select(use => new WantedObject(use.Hash, use.Size!.Value))];
        await new ObjectFetch(master).FetchAsync(sized, intake, cancellation);
        if (sized.Length < wanted.Length)
            await FetchUnsizedAsync([.. wanted[sized.Length..].Select(use => use.Hash)], sized.Length, intake, cancellation);
        await batch.CompleteAsync(forwarder: null, cancellation);
        if (batch.Objects.FirstOrDefault(item => item.Error.Length > 0) is { } failed)
            throw new IOException(failed.Error);
        return intake.Bytes;
    }

    // An image does not say how long its notes and logs are.
    Task FetchUnsizedAsync(ObjectHash[] hashes, int first, ObjectIntake intake, CancellationToken cancellation) => master.AskAsync(
        async connection =>
        {
            await new ObjectServerClient(connection).GetObjectsAsync(
                hashes, (index, content) => intake.TakeAsync(first + index, content, cancellation), cancellation);
            return true;
        },
        cancellation);
}
