using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Repositories;

/// <summary>Puts objects into a store on this machine, on the thread of whoever offers them.</summary>
sealed class StoreReceiver(ObjectStore objects, IObjectSource source, CancellationToken cancellation) : IObjectReceiver
{
    readonly ObjectAdder adder = objects.BeginAdding();

    public ValueTask OfferAsync(OfferedBatch batch)
    {
        try
        {
            foreach (var next in batch.Objects)
            {
                cancellation.ThrowIfCancellationRequested();
                if (objects.SizeOf(next.Hash) == next.Size)
                    continue;
                if (!next.Content.IsEmpty)
                    adder.Add(next.Content.Span, next.Hash);
                else
                {
                    using var content = source.OpenRead(next.Hash);
                    adder.Add(content, next.Hash, cancellation);
                }
            }
        }
        finally
        {
            batch.Release();
        }
        return ValueTask.CompletedTask;
    }

    public Task FinishAsync()
    {
        adder.Commit();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        adder.Dispose();
        return ValueTask.CompletedTask;
    }
}
