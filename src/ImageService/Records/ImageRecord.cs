using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>An image: its link leads to the manifest of its artifacts.</summary>
sealed record ImageRecord : ILinkedRecord
{
    public required string Id { get; init; }

    public required string Created { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleted { get; init; }

    public required string Name { get; init; }

    public ArtifactLink? Link { get; init; }

    public string Arch { get; init; } = Architectures.Default;

    /// <summary>Tags, in the order in which they were set.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
