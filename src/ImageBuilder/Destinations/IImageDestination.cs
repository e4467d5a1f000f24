namespace ImageSdk.ImageBuilder.Destinations;

/// <summary>Where rebuilt images go. Safe for many builds at once.</summary>
interface IImageDestination
{
    /// <summary>Brings an image there, checks that it arrived as it was sent, and leaves nothing of it where that fails or is cancelled.</summary>
    /// <param name="image">
    /// A build that is tried again, after its process was killed for instance, comes with the same <see cref="RebuiltImage.Id"/>: what is left of the attempt
    /// before is replaced, and an image that is complete is the answer.
    /// </param>
    /// <param name="progress">Receives a line now and then, for the log of the build.</param>
    /// <exception cref="DestinationException">It refuses the image, or cannot be reached.</exception>
    Task<PlacedImage> PlaceAsync(RebuiltImage image, Action<string> progress, CancellationToken cancellation);

    /// <summary>Removes all that is there of an image, complete or not.</summary>
    /// <param name="image">Its <see cref="RebuiltImage.Id"/>.</param>
    /// <exception cref="DestinationException">It cannot be reached, or does not allow it.</exception>
    Task RemoveAsync(Guid image, CancellationToken cancellation);
}

/// <summary>An image that was rebuilt.</summary>
/// <param name="Id">The image's own, whatever the destination.</param>
/// <param name="Name">For people: "trusty-server-cloudimg-amd64-disk1-1".</param>
/// <param name="File">Path of its one file.</param>
/// <param name="DiskFormat">In the words of Glance: qcow2, raw, vmdk, vhd.</param>
/// <param name="Properties">What it was made of, by names that Glance takes: series, packages, source…</param>
sealed record RebuiltImage(Guid Id, string Name, string File, string DiskFormat, IReadOnlyDictionary<string, string> Properties);

/// <summary>An image at its destination.</summary>
/// <param name="Id">By which the destination knows it.</param>
/// <param name="Location">A URL.</param>
sealed record PlacedImage(string Id, string Location);

/// <summary>A destination or a data store does not take what it is given.</summary>
/// <param name="code">One of docs/errors.md.</param>
/// <param name="message">What happened, and what to do.</param>
/// <param name="isTransient">Whether it may pass: the build is tried again.</param>
sealed class DestinationException(string code, string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    public string Code => code;

    public bool IsTransient => isTransient;
}
