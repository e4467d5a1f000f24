namespace ImageSdk.Building.Scanning;

/// <summary>The lower part of an image's tree, put together while the worker makes the layers above it.</summary>
sealed class TreeAhead
{
    /// <summary>Null where nothing was begun, or it was taken.</summary>
    public Task<BegunTree>? Tree { get; set; }
}
