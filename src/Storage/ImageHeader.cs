using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>What is known of a stored image without reading its tree.</summary>
public sealed record ImageHeader
{
    public required string Name { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }

    /// <summary>Null for an image that does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public string BuildBranch { get; init; } = "";
    public string BuildCommitId { get; init; } = "";
    public string SourceImage { get; init; } = "";
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    internal static ImageHeader Of(string name, Image image) => new()
    {
        Name = name,
        CreatedOn = image.CreatedOn,
        ExpiresAt = image.ExpiresAt,
        BuildBranch = image.BuildBranch,
        BuildCommitId = image.BuildCommitId,
        SourceImage = image.SourceImage,
        Tags = image.Tags ?? new Dictionary<string, string>(),
    };
}
