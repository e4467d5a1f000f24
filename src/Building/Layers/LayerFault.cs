namespace ImageSdk.Building.Layers;

/// <summary>Something in a layer is not as it was when the layer was made.</summary>
/// <param name="Layer">The layer's id.</param>
/// <param name="Reason">What, in a few words.</param>
public sealed record LayerFault(string Layer, string Reason);
