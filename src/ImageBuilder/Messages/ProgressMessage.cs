using System.Text.Json;
using System.Text.Json.Serialization;
using ImageSdk.ImageBuilder.Orders;

namespace ImageSdk.ImageBuilder.Messages;

/// <summary>What a build tells over AMQP: docs/image-builder.md, and its schema in progress-message.schema.json.</summary>
/// <param name="State">STATUS while it goes on; COMPLETED, FAILED or CANCELLED, once, at its end.</param>
/// <param name="Id">Of the request, by which the REST interface knows it.</param>
/// <param name="Step">One of <see cref="BuildSteps"/>.</param>
sealed record ProgressMessage(
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("id")] long Id,
    [property: JsonPropertyName("ticket_id")] string TicketId,
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("time")] DateTimeOffset Time)
{
    public const string Status = "STATUS";
    public const string Completed = "COMPLETED";
    public const string Failed = "FAILED";
    public const string Cancelled = "CANCELLED";

    static readonly JsonSerializerOptions json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Of an image that is there.</summary>
    [JsonPropertyName("image_id")]
    public string? ImageId { get; init; }

    [JsonPropertyName("location")]
    public string? Location { get; init; }

    /// <summary>The image, its documents and the logs; null while the build goes on.</summary>
    [JsonPropertyName("artifacts")]
    public IReadOnlyList<ProgressArtifact>? Artifacts { get; init; }

    /// <summary>Why there is no image.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonIgnore]
    public bool IsFinal => State != Status;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, json);
}

/// <inheritdoc cref="BuildArtifact"/>
sealed record ProgressArtifact(
    [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("reference")] string Reference);
