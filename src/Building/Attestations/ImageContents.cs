using System.Text.Json.Serialization;

namespace ImageSdk.Building.Attestations;

/// <summary>What an image's files say of what is installed in it.</summary>
/// <param name="Packager">"deb", "rpm"; empty where there is another one or none.</param>
/// <param name="Packages">Empty where the packager's database is not read; the image's own list of names has to do then.</param>
/// <param name="Texts">Of licences that SPDX has not got, by their LicenseRef.</param>
sealed record ImageContents(
    OsRelease System, string Packager, IReadOnlyList<InstalledPackage> Packages, IReadOnlyDictionary<string, LicenceText> Texts);

/// <summary>Kept between builds: contents.json.</summary>
/// <param name="Key">Of the files that the contents were read from.</param>
sealed record KnownContents(string Key, ImageContents Contents);

/// <summary>Kept between builds: digests.json.</summary>
/// <param name="Files">Digests of the files that the project added, by their SHA-512 in hexadecimal digits.</param>
/// <param name="Source">What the source image's tree was found to have.</param>
sealed record KnownDigests(IReadOnlyDictionary<string, FileDigests> Files, DescribedSource? Source);

/// <summary>Digests that others want of a file, in hexadecimal digits.</summary>
sealed record FileDigests(string Sha1, string Sha256);

/// <summary>What the worker read of an image.</summary>
/// <param name="Contents">Null where they were not asked for.</param>
/// <param name="Digests">By SHA-512.</param>
sealed record ImageInspection(ImageContents? Contents, IReadOnlyDictionary<string, FileDigests> Digests);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KnownContents))]
[JsonSerializable(typeof(KnownDigests))]
sealed partial class AttestationStateJson : JsonSerializerContext;
