using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ImageSdk.Ims.Records;

/// <summary>An image as the service has it.</summary>
/// <param name="Created">ISO 8601 without a zone: later ones sort after earlier ones.</param>
/// <param name="Link">To its manifest; null while it has none.</param>
/// <param name="Metadata">Tags.</param>
public sealed record ServiceImage(string Id, string Name, string Created, ServiceLink? Link, string Arch, IReadOnlyDictionary<string, string>? Metadata)
{
    public static ServiceImage? Read(JsonNode? record) => record.Deserialize(RecordJson.Default.ServiceImage);
}

/// <param name="Path"><c>s3://BUCKET/KEY</c>.</param>
public sealed record ServiceLink(string Path, string Type = "s3", string Etag = "");

/// <summary>An artifact of an image.</summary>
/// <param name="Size">Bytes; null of one that is not there.</param>
/// <param name="Url">Where it is fetched; null of one that is not there.</param>
public sealed record ServiceArtifact(string Type, string? Md5, long? Size, ServiceLink Link, string? Url)
{
    public const string Root = "application/vnd.cray.image.rootfs.squashfs";
}

/// <param name="Link">Where it is then.</param>
/// <param name="Headers">Of the PUT request.</param>
sealed record ServiceUpload(ServiceLink Link, string Url, IReadOnlyDictionary<string, string>? Headers);

/// <summary>The manifest of an image.</summary>
/// <param name="Created">UTC, "2026-11-02 12:55:59".</param>
sealed record ServiceManifest(string Version, string Created, IReadOnlyList<ManifestArtifact> Artifacts);

sealed record ManifestArtifact(ServiceLink Link, string Type, string Md5);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServiceImage))]
[JsonSerializable(typeof(ServiceArtifact[]))]
[JsonSerializable(typeof(ServiceUpload))]
[JsonSerializable(typeof(ServiceManifest))]
[JsonSerializable(typeof(ServiceLink))]
sealed partial class RecordJson : JsonSerializerContext;
