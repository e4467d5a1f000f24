namespace ImageSdk.Dominator.Transfer;

/// <summary>Takes the objects of an image that is to be added.</summary>
public interface IObjectReceiver : IAsyncDisposable
{
    /// <summary>Offers objects; waits while enough are under way. May be called by several threads.</summary>
    ValueTask OfferAsync(OfferedBatch batch);

    /// <summary>Waits until all objects are there.</summary>
    Task FinishAsync();
}
