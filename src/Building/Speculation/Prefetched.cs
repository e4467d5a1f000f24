namespace ImageSdk.Building.Speculation;

/// <summary>A value that a build works out before it needs it; one of each type a build.</summary>
sealed class Prefetched<T>
{
    /// <summary>Null where it was not begun, or was taken.</summary>
    public Task<T>? Work { get; set; }
}
