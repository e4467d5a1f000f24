using ImageSdk.Dominator;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>
/// Fetches the objects that images need and the server lacks from its master. What several images need at once is
/// fetched once.
/// </summary>
sealed class ObjectReplication(ObjectCatalogue objects, ServerConnections master, ServerLog log, TimeProvider time)
{
    readonly ObjectClaims claims = new();

    /// <summary>Returns when all objects of an image are there.</summary>
    /// <exception cref="SrpcException">The master has not got an object, or cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The master sent another content.</exception>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public async Task FetchAsync(string name, Image image, CancellationToken cancellation)
    {
        var uses = ObjectUse.Of(image);
        for (var missing = FindMissing(uses); missing.Count > 0;)
        {
            Task others;
            using (var claim = claims.Make(missing))
            {
                others = claim.Others;
                if (claim.Mine.Count > 0)
                {
                    log.Write($"Replicator({name}): downloading {claim.Mine.Count} of {uses.Count} objects");
                    await FetchAsync(name, claim.Mine, cancellation);
                }
                missing = [.. missing.Except(claim.Mine)];
            }
            await others.WaitAsync(cancellation);
            // What others did not get is left for the next round.
            missing = FindMissing(missing);
        }
    }

    List<ObjectUse> FindMissing(IReadOnlyList<ObjectUse> uses)
    {
        var sizes = objects.SizesOf([.. uses.Select(use => use.Hash)]);
        return [.. uses.Where((use, index) => sizes[index] == 0 || (use.Size is { } wanted && wanted != sizes[index]))];
    }

    async Task FetchAsync(string name, IReadOnlyList<ObjectUse> wanted, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        // An image does not say how long its notes and logs are.
        ObjectUse[] sized = [.. wanted.Where(use => use.Size is not null)];
        ObjectHash[] unsized = [.. wanted.Where(use => use.Size is null).Select(use => use.Hash)];
        using var intake = new ObjectIntake(objects, [.. sized.Select(use => use.Hash), .. unsized]);
        try
        {
            await new ObjectFetch(master).FetchAsync([.. sized.Select(use => new WantedObject(use.Hash, use.Size!.Value))], intake, cancellation);
            if (unsized.Length > 0)
            {
                await master.AskAsync(async connection =>
                {
                    await new ObjectServerClient(connection).GetObjectsAsync(
                        unsized, (index, content) => intake.TakeAsync(sized.Length + index, content, cancellation), cancellation);
                    return true;
                }, cancellation);
            }
        }
        finally
        {
            // What has come need not come again, whatever stopped the rest.
            intake.Commit();
        }
        var elapsed = time.GetElapsedTime(start);
        var rate = HumanSize.Format((ulong)(intake.Bytes / Math.Max(elapsed.TotalSeconds, 1e-6)));
        log.Write($"Replicator({name}): downloaded {wanted.Count} objects, {HumanSize.Format(intake.Bytes)} in {HumanDuration.Format(elapsed)} ({rate}/s)");
    }
}
