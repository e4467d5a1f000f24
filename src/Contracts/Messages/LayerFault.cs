namespace ImageSdk.Contracts.Messages;

/// <summary>Something in a layer, or another entry of the cache, is not as it was when it was made.</summary>
/// <param name="Layer">The entry's id.</param>
/// <param name="Reason">What, in a few words.</param>
public sealed record LayerFault(string Layer, string Reason)
{
    public CachedKind Kind { get; init; }
}
