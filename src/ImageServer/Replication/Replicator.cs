using ImageSdk.Dominator.Transfer;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>
/// Keeps a replica the same as its master, as long as there is a connection and again whenever there is one. What is not
/// finished when a connection is lost is begun again over the next; objects that have come are kept.
/// </summary>
sealed class Replicator
{
    readonly ImageCatalogue images;
    readonly ServerConnections master;
    readonly ReplicationOptions options;
    readonly ServerLog log;
    readonly TimeProvider time;
    readonly ReplicationProgress progress;
    readonly ImageReplication replication;
    readonly NameTurns turns = new();
    readonly HashSet<string> injected = [];

    public Replicator(
        ImageCatalogue images, ObjectCatalogue objects, ServerConnections master, ReplicationOptions options, ServerLog log, TimeProvider time)
    {
        this.images = images;
        this.master = master;
        this.options = options;
        this.log = log;
        this.time = time;
        progress = new(options.Master, time);
        replication = new(images, objects, new(objects, master, log, time), master, options, log);
    }

    /// <summary>Ends once everything has been tried that the master listed.</summary>
    public Task Replicated => progress.Replicated;

    public ReplicationState State => progress.State;

    /// <summary>
    /// Makes place for an image that is about to be added to the master by way of this server: what the master says of it
    /// meanwhile waits.
    /// </summary>
    /// <returns>To be disposed of when the image is here too.</returns>
    public async Task<IDisposable> BeginInjectionAsync(string name)
    {
        var turn = turns.Enter(name);
        await turn.Begun;
        return new Injection(() =>
        {
            // It is not in a list that the master made before.
            lock (injected)
                injected.Add(name);
            turn.Dispose();
        });
    }

    /// <summary>Replicates for as long as the server runs.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(options.FirstPause, options.LongestPause);
        try
        {
            while (true)
            {
                var start = time.GetTimestamp();
                if (await RunSessionAsync(cancellation))
                    backoff.Reset();
                // Counted from the start, so that a connection that served for a while is made again at once.
                var pause = backoff.Next() - time.GetElapsedTime(start);
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, time, cancellation);
                else
                    backoff.Reset();
            }
        }
        finally
        {
            await master.DisposeAsync();
        }
    }

    /// <returns>Whether the master's list was worked through.</returns>
    async Task<bool> RunSessionAsync(CancellationToken cancellation)
    {
        lock (injected)
            injected.Clear();
        SrpcConnection connection;
        try
        {
            connection = await master.ConnectAsync(cancellation);
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested)
        {
            log.Write($"Error dialing: {options.Master} {problem.Message}");
            progress.Disconnected(problem.Message);
            return false;
        }
        await using var owned = connection;
        log.Write($"Image replicator: connected to: {options.Master}");
        var queue = new UpdateQueue(turns, options.Concurrency, time, cancellation);
        await using var ownedQueue = queue;
        progress.Connected(queue);
        var session = new ReplicationSession(
            images, replication, new(images, replication, turns, IsInjected, options, log, time), queue, progress, options, log, time);
        var reason = await FollowAsync(session, connection, queue, cancellation);
        log.Write(reason);
        progress.Disconnected(reason);
        return session.IsListed;
    }

    static async Task<string> FollowAsync(ReplicationSession session, SrpcConnection connection, UpdateQueue queue, CancellationToken cancellation)
    {
        try
        {
            await session.RunAsync(connection);
            return "";
        }
        catch (SrpcException problem)
        {
            return problem.IsFromServer ? problem.Message : $"Connection to image replicator closed: {problem.Message}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"Image replicator: {queue.Failure?.Message}";
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested)
        {
            // A mistake of ours is no reason never to replicate again.
            return $"Image replicator: {problem}";
        }
    }

    bool IsInjected(string name)
    {
        lock (injected)
            return injected.Contains(name);
    }

    sealed record Injection(Action End) : IDisposable
    {
        public void Dispose() => End();
    }
}
