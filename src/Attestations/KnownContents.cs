using System.Text.Json.Serialization;
using ImageSdk.Contracts.Inspection;

namespace ImageSdk.Attestations;

/// <summary>Kept between builds: contents.json.</summary>
/// <param name="Key">Of the files that the contents were read from.</param>
sealed record KnownContents(string Key, ImageContents Contents);

/// <summary>Kept between builds: digests.json.</summary>
/// <param name="Files">Digests of the files that the project added, by their SHA-512 in hexadecimal digits.</param>
/// <param name="Source">What the source image's tree was found to have.</param>
sealed record KnownDigests(IReadOnlyDictionary<string, FileDigests> Files, DescribedSource? Source);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KnownContents))]
[JsonSerializable(typeof(KnownDigests))]
sealed partial class AttestationStateJson : JsonSerializerContext;
