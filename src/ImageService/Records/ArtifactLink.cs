using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>Where an artifact lies.</summary>
/// <param name="Path"><c>s3://BUCKET/KEY</c>.</param>
/// <param name="Type">"s3", the only one.</param>
/// <param name="Etag">As the one who linked it gave it; empty where it was not given. It is not compared with the artifact's.</param>
[method: JsonConstructor]
sealed record ArtifactLink(string Path, string Type, string Etag = "");
