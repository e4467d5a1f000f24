using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageSdk.Artifacts.Formats;

// The JSON documents of an OCI image layout.

sealed record OciLayout(string ImageLayoutVersion);

sealed record OciIndex(int SchemaVersion, IReadOnlyList<OciDescriptor> Manifests);

sealed record OciManifest(int SchemaVersion, string MediaType, OciDescriptor Config, IReadOnlyList<OciDescriptor> Layers);

/// <param name="Size">Bytes.</param>
sealed record OciDescriptor(string MediaType, string Digest, long Size)
{
    public OciPlatform? Platform { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <param name="Architecture">In Go's words, which are the field's: amd64, arm64.</param>
sealed record OciPlatform(string Architecture, string Os);

/// <param name="Created">RFC 3339.</param>
sealed record OciConfig(
    string Created, string Architecture, string Os, OciRunSettings Config, OciRootFs Rootfs, IReadOnlyList<OciHistory> History);

/// <summary>The image's defaults for an engine. Members without a value are left out.</summary>
/// <param name="User"><c>USER</c> or <c>USER:GROUP</c>, names or numbers.</param>
/// <param name="ExposedPorts"><c>80/tcp</c>; a set, which Go writes as an object of empty objects.</param>
/// <param name="Volumes">Absolute paths; likewise a set.</param>
sealed record OciRunSettings(
    [property: JsonPropertyName("User")] string? User,
    [property: JsonPropertyName("ExposedPorts")] IReadOnlyDictionary<string, OciMember>? ExposedPorts,
    [property: JsonPropertyName("Env")] IReadOnlyList<string> Env,
    [property: JsonPropertyName("Entrypoint")] IReadOnlyList<string>? Entrypoint,
    [property: JsonPropertyName("Cmd")] IReadOnlyList<string>? Cmd,
    [property: JsonPropertyName("Volumes")] IReadOnlyDictionary<string, OciMember>? Volumes,
    [property: JsonPropertyName("WorkingDir")] string? WorkingDir,
    [property: JsonPropertyName("Labels")] IReadOnlyDictionary<string, string> Labels,
    [property: JsonPropertyName("StopSignal")] string? StopSignal,
    [property: JsonPropertyName("Healthcheck")] OciHealthCheck? Healthcheck);

/// <summary>A member of a set.</summary>
sealed record OciMember;

/// <param name="DiffIds">Digests of the layers' tar files.</param>
sealed record OciRootFs(string Type, [property: JsonPropertyName("diff_ids")] IReadOnlyList<string> DiffIds);

sealed record OciHistory(string Created, [property: JsonPropertyName("created_by")] string CreatedBy);

[JsonSerializable(typeof(OciLayout))]
[JsonSerializable(typeof(OciIndex))]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciConfig))]
sealed partial class OciJson : JsonSerializerContext
{
    /// <summary>Media types have a "+", which the platform would escape.</summary>
    public static OciJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
