using ImageSdk.Dominator;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Images;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>
/// What a replica does over one connection: first all that the master has, then what changes there. An image that cannot
/// be fetched holds nothing up and is tried again from time to time.
/// </summary>
sealed class ReplicationSession(
    ImageCatalogue images, ImageReplication replication, MissingRemoval removal, UpdateQueue queue, ReplicationProgress progress,
    ReplicationOptions options, ServerLog log, TimeProvider time)
{
    // Compared with the pause between connections.
    const int LongestRetryPause = 10;

    readonly HashSet<string> listedImages = [];
    readonly HashSet<string> listedDirectories = [];
    readonly HashSet<string> failing = [];
    readonly long start = time.GetTimestamp();

    /// <summary>Whether the master's list was worked through.</summary>
    public bool IsListed { get; private set; }

    /// <summary>Follows the master until the connection is lost.</summary>
    /// <exception cref="SrpcException">The connection is lost, or the master sends what makes no sense.</exception>
    /// <exception cref="OperationCanceledException">The queue has ended.</exception>
    public async Task RunAsync(SrpcConnection connection)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(queue.Stopped);
        var retrying = RetryAsync(end.Token);
        try
        {
            await foreach (var update in new ImageServerClient(connection).GetUpdatesAsync(options.IgnoresExpiring, end.Token))
                await ApplyAsync(update);
        }
        finally
        {
            await end.CancelAsync();
            await retrying;
        }
    }

    Task ApplyAsync(ImageUpdate update) => update switch
    {
        { Operation: ImageOperation.AddImage, Name: "" } => FinishListAsync(),
        { Operation: ImageOperation.AddImage } => AddAsync(update.Name),
        { Operation: ImageOperation.DeleteImage } => DeleteAsync(update.Name),
        { Operation: ImageOperation.MakeDirectory } =>
            MakeDirectoryAsync(update.Directory ?? throw new SrpcException("nil imageUpdate.Directory")),
        { Operation: ImageOperation.DeleteDirectory } => DeleteDirectoryAsync(update.Name),
        _ => IgnoreAsync($"Replicator: unknown operation: {(ulong)update.Operation}"),
    };

    async Task AddAsync(string name)
    {
        if (!options.Scope.Includes(name))
        {
            log.Debug(0, $"Excluding {name} from replication");
            return;
        }
        if (!IsListed)
            Note(listedImages, name);
        await queue.AddAsync(name, cancellation => BringAsync(name, cancellation));
    }

    // Ends the session. What was listed counts for nothing then: nothing is deleted for a list that has no end.
    void Note(HashSet<string> names, string name)
    {
        if (names.Count >= options.MostNames && !names.Contains(name))
            throw new SrpcException($"the master lists more than {options.MostNames} names");
        names.Add(name);
    }

    async Task BringAsync(string name, CancellationToken cancellation)
    {
        string? problem = null;
        try
        {
            if (await replication.BringAsync(name, cancellation))
                progress.Added();
        }
        catch (Exception failure) when (failure is SrpcException or InvalidDataException or IOException)
        {
            problem = $"error adding image: {name}: {failure.Message}";
            log.Write(problem);
        }
        var isRecovered = false;
        lock (failing)
        {
            if (problem is not null)
                Note(failing, name);
            else
                isRecovered = failing.Remove(name) && failing.Count == 0;
            progress.Failing(failing.Count, problem);
        }
        if (isRecovered && IsListed)
            ReportFinished();
    }

    async Task DeleteAsync(string name)
    {
        if (options.ArchiveMode || !options.Scope.Includes(name))
            return;
        await queue.AddAsync(name, _ =>
        {
            log.Write($"Replicator({name}): delete image");
            // What cannot be deleted ends the session: the next compares everything.
            if (replication.Delete(name))
                progress.Deleted(1);
            Forget(name);
            return Task.CompletedTask;
        });
    }

    async Task MakeDirectoryAsync(ImageDirectory directory)
    {
        if (!IsListed)
            Note(listedDirectories, directory.Name);
        var problem = Refusals.Plain.TextOf(() => images.SetDirectory(directory));
        if (problem.Length > 0)
            log.Write($"Replicator({directory.Name}): make directory: {problem}");
        // The original does not keep the order: an image may come before its directory.
        foreach (var name in ListFailing().Where(name => ImageName.GetDirectory(name) == directory.Name))
            await AddAsync(name);
    }

    async Task DeleteDirectoryAsync(string name)
    {
        if (options.ArchiveMode)
            return;
        // Images in it may still be on their way out.
        await queue.DrainAsync();
        log.Write($"Replicator({name}): delete directory");
        if (images.HasDirectory(name))
            Refusals.Plain.Of(() => images.DeleteDirectory(name, withDeleted: true));
    }

    Task IgnoreAsync(string reason)
    {
        log.Write(reason);
        return Task.CompletedTask;
    }

    async Task FinishListAsync()
    {
        if (IsListed)
            return;
        await queue.DrainAsync();
        IsListed = true;
        if (!options.ArchiveMode)
            progress.Deleted(await removal.RunAsync(listedImages, listedDirectories, queue.Stopped));
        listedImages.Clear();
        listedDirectories.Clear();
        ReportFinished();
    }

    void ReportFinished()
    {
        var isComplete = ListFailing().Length == 0;
        progress.Finished(isComplete);
        log.Write($"{(isComplete ? "Replicated all current" : "Partially replicated")} images in {HumanDuration.Format(time.GetElapsedTime(start))}");
    }

    async Task RetryAsync(CancellationToken cancellation)
    {
        var pauses = new Backoff(options.FirstPause, options.LongestPause * LongestRetryPause);
        try
        {
            while (true)
            {
                await Task.Delay(pauses.Next(), time, cancellation);
                var names = ListFailing();
                if (names.Length == 0)
                    pauses.Reset();
                foreach (var name in names)
                    await queue.AddAsync(name, stopped => IsFailing(name) ? BringAsync(name, stopped) : Task.CompletedTask);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    string[] ListFailing()
    {
        lock (failing)
            return [.. failing];
    }

    bool IsFailing(string name)
    {
        lock (failing)
            return failing.Contains(name);
    }

    void Forget(string name)
    {
        lock (failing)
        {
            if (failing.Remove(name))
                progress.Failing(failing.Count, null);
        }
    }
}
