using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Images;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Replication;

/// <summary>
/// Deletes what a master has not got: images, then directories, those below before those above. Not if that would be most
/// of what there is, as a master that lost its disk would take all replicas with it.
/// </summary>
/// <param name="isInjected">Whether an image came by way of this server since the master made its list.</param>
sealed class MissingRemoval(
    ImageCatalogue images, ImageReplication replication, NameTurns turns, Func<string, bool> isInjected, ReplicationOptions options,
    ServerLog log, TimeProvider time)
{
    // So many may go without a question.
    const int Few = 10;

    /// <returns>How many images were deleted.</returns>
    public async Task<int> RunAsync(IReadOnlySet<string> listedImages, IReadOnlySet<string> listedDirectories, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var present = images.List(header => options.Scope.Includes(header.Name) && !header.IsExpired(now));
        string[] missing = [.. present.Select(header => header.Name).Where(name => !listedImages.Contains(name))];
        if (missing.Length > Few && missing.Length * 2 > present.Count && !options.AllowMassDelete)
        {
            log.Write(
                $"Image replicator: {options.Master} has {listedImages.Count} images and lacks {missing.Length} of the {present.Count} that are here: " +
                "deleting none of them. If that is meant, start with -replicationAllowMassDelete");
            return 0;
        }
        var count = 0;
        foreach (var name in missing)
        {
            using var turn = turns.Enter(name);
            await turn.Begun.WaitAsync(cancellation);
            if (!isInjected(name) && Try(() => replication.Delete(name), $"Replicator({name}): delete missing image"))
                count++;
        }
        var directories = images.ListDirectories().Select(directory => directory.Name).Where(name => !listedDirectories.Contains(name));
        foreach (var name in directories.Reverse().Where(name => name != ImageName.RootDirectory))
            Try(() => images.DeleteDirectory(name, withDeleted: true), $"Replicator({name}): delete missing directory");
        return count;
    }

    bool Try(Action delete, string what)
    {
        log.Write(what);
        var problem = Refusals.Plain.TextOf(delete);
        if (problem.Length > 0)
            log.Write($"{what}: {problem}");
        return problem.Length == 0;
    }
}
