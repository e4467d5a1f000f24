namespace ImageSdk.ImageService.Artifacts;

/// <summary>Where artifacts go that clients upload by addresses of the service.</summary>
sealed record ArtifactPlaces
{
    /// <summary>The bucket of artifacts of images.</summary>
    public string ImageBucket { get; init; } = "boot-images";

    /// <summary>The bucket of archives of recipes.</summary>
    public string RecipeBucket { get; init; } = "ims";

    /// <summary>How long a signed address holds.</summary>
    public TimeSpan AddressLifetime { get; init; } = TimeSpan.FromDays(5);
}
