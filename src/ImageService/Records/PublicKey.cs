using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>A key that lets someone into the shells of jobs.</summary>
sealed record PublicKey : INamedRecord
{
    public required string Id { get; init; }

    public required string Created { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleted { get; init; }

    public required string Name { get; init; }

    /// <summary>As OpenSSH writes it; it is not read.</summary>
    [JsonPropertyName("public_key")]
    public required string Text { get; init; }
}
