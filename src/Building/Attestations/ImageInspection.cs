using System.Text.Json.Serialization;

namespace ImageSdk.Building.Attestations;

/// <summary>What has to be read from an image's files to describe it. Kept between builds, as most of it stays the same.</summary>
/// <param name="Key">Of the files that <paramref name="Contents"/> was read from.</param>
/// <param name="Contents">Null where it was not asked for.</param>
/// <param name="Digests">Of files that the project added, by their SHA-512 in hexadecimal digits.</param>
sealed record ImageInspection(string Key, ImageContents? Contents, IReadOnlyDictionary<string, FileDigests> Digests)
{
    public static ImageInspection None { get; } = new("", null, new Dictionary<string, FileDigests>());

    /// <summary>What the source image's tree was found to have, and for which image that was.</summary>
    public DescribedSource? Source { get; init; }
}

/// <param name="Packager">"deb", "rpm"; empty where there is another one or none.</param>
/// <param name="Packages">Empty where the packager's database is not read; the image's own list of names has to do then.</param>
/// <param name="Texts">Of licences that SPDX has not got, by their LicenseRef.</param>
sealed record ImageContents(
    OsRelease System, string Packager, IReadOnlyList<InstalledPackage> Packages, IReadOnlyDictionary<string, LicenceText> Texts);

/// <summary>Digests that others want of a file, in hexadecimal digits.</summary>
sealed record FileDigests(string Sha1, string Sha256);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageInspection))]
sealed partial class InspectionJson : JsonSerializerContext;
