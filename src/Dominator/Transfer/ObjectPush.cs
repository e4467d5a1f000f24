using System.Threading.Channels;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Transfer;

/// <summary>
/// Objects on their way to a server: asked about, and the missing ones sent over several connections, while the caller
/// still makes up the next. In memory are the contents of a few batches. Offers may come from several threads.
/// </summary>
public sealed class ObjectPush : IObjectReceiver
{
    const int WaitingBatches = 4;
    const int MaximumChecked = 8192;

    readonly ServerConnections connections;
    readonly TransferOptions options;
    readonly CancellationTokenSource stop;
    readonly Channel<OfferedBatch> offered = Channel.CreateBounded<OfferedBatch>(new BoundedChannelOptions(WaitingBatches) { SingleReader = true });
    readonly Channel<OfferedBatch> missing = Channel.CreateBounded<OfferedBatch>(new BoundedChannelOptions(WaitingBatches) { SingleWriter = true });
    readonly HashSet<ObjectHash> seen = [];
    readonly Task checking;
    readonly Task[] sending;

    /// <param name="source">Contents that do not come with the offer, or have to be sent again.</param>
    /// <param name="progress">Counts what is sent; may be null.</param>
    public ObjectPush(
        ServerConnections connections, IObjectSource source, TransferOptions? options = null, TransferProgress? progress = null,
        CancellationToken cancellation = default)
    {
        this.connections = connections;
        this.options = options ?? TransferOptions.Default;
        Progress = progress ?? new();
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        checking = RunAsync(CheckAsync);
        sending = [.. Enumerable.Range(0, this.options.Connections).Select(_ => RunAsync(() => SendAsync(source)))];
    }

    public TransferProgress Progress { get; }

    /// <summary>Offers objects; waits while enough are under way. Objects that were offered before are ignored.</summary>
    /// <exception cref="ImageSdk.Srpc.SrpcException">An earlier object was refused, or the server cannot be reached.</exception>
    /// <exception cref="IOException">The content of an earlier one cannot be read.</exception>
    public async ValueTask OfferAsync(OfferedBatch batch)
    {
        try
        {
            await offered.Writer.WriteAsync(batch, stop.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or ChannelClosedException)
        {
            batch.Release();
            await FinishAsync();
            throw;
        }
    }

    /// <summary>Waits until all objects are at the server. The image has to be added within seconds then.</summary>
    /// <inheritdoc cref="OfferAsync" path="/exception"/>
    public async Task FinishAsync()
    {
        offered.Writer.TryComplete();
        Task[] all = [checking, .. sending];
        await Task.WhenAll(all).ContinueWith(static _ => { }, TaskScheduler.Default);
        // What failed first has cancelled the others.
        if (all.FirstOrDefault(task => task.IsFaulted) is { } failed)
            await failed;
        await Task.WhenAll(all);
    }

    /// <summary>Gives up what is not finished.</summary>
    public async ValueTask DisposeAsync()
    {
        offered.Writer.TryComplete();
        await stop.CancelAsync();
        await Task.WhenAll([checking, .. sending]).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var channel in (Channel<OfferedBatch>[])[offered, missing])
        {
            while (channel.Reader.TryRead(out var batch))
                batch.Release();
        }
        stop.Dispose();
    }

    async Task RunAsync(Func<Task> action)
    {
        // The caller goes on at once.
        await Task.Yield();
        try
        {
            await action();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    async Task CheckAsync()
    {
        try
        {
            while (await offered.Reader.WaitToReadAsync(stop.Token))
            {
                var batches = new List<OfferedBatch>();
                for (var count = 0; count < MaximumChecked && offered.Reader.TryRead(out var batch); count += batch.Objects.Count)
                    batches.Add(batch);
                await CheckAsync(batches);
            }
        }
        finally
        {
            missing.Writer.TryComplete();
        }
    }

    async Task CheckAsync(List<OfferedBatch> batches)
    {
        var fresh = new List<(ObjectHash Hash, ulong Size)>();
        var origins = new List<(int Batch, OfferedObject Object)>();
        for (var index = 0; index < batches.Count; index++)
        {
            foreach (var candidate in batches[index].Objects)
            {
                if (!seen.Add(candidate.Hash))
                    continue;
                fresh.Add((candidate.Hash, candidate.Size));
                origins.Add((index, candidate));
            }
        }
        var lacking = fresh.Count == 0 ? [] : await connections.AskAsync(
            connection => ObjectCheck.FindMissingAsync(connection, fresh, stop.Token), stop.Token);
        Progress.AddKnown(fresh.Count - lacking.Count);
        var chosen = lacking.ToLookup(index => origins[index].Batch, index => origins[index].Object);
        for (var index = 0; index < batches.Count; index++)
        {
            OfferedObject[] wanted = [.. chosen[index]];
            if (wanted.Length > 0)
                await missing.Writer.WriteAsync(batches[index].With(wanted), stop.Token);
            else
                batches[index].Release();
        }
    }

    async Task SendAsync(IObjectSource source)
    {
        await using var sender = new ObjectSender(connections, source, options, Progress, stop.Token);
        await foreach (var batch in missing.Reader.ReadAllAsync(stop.Token))
        {
            try
            {
                foreach (var next in batch.Objects)
                    await sender.SendAsync(next);
            }
            finally
            {
                batch.Release();
            }
        }
        await sender.FinishAsync();
    }
}
