using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>Records as clients see them, as they are stored, and as the original's data files have them.</summary>
[JsonSerializable(typeof(PublicKey))]
[JsonSerializable(typeof(Recipe))]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(BuildNode))]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(ArtifactLink))]
sealed partial class RecordJson : JsonSerializerContext
{
    /// <summary>Names and keys stay legible: the answers are no part of a page.</summary>
    public static RecordJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
