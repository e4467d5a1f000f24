using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Repositories;

/// <summary>Puts objects into a store on this machine, on the thread of whoever offers them.</summary>
sealed class StoreReceiver(ObjectStore objects, IObjectSource source, CancellationToken cancellation) : IObjectReceiver
{
    public ValueTask OfferAsync(ObjectBatch batch)
    {
        try
        {
            foreach (var next in batch.Objects)
            {
                cancellation.ThrowIfCancellationRequested();
                if (objects.SizeOf(next.Hash) == next.Size)
                    continue;
                if (!next.Content.IsEmpty)
                    objects.Add(next.Content.Span, next.Hash);
                else
                {
                    using var content = source.OpenRead(next.Hash);
                    objects.Add(content, next.Hash, cancellation);
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
        objects.Flush();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
