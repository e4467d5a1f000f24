using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageSdk.ImageBuilder.Requests;

/// <summary>A request for an image, as Ubuntu's CI engine has it.</summary>
/// <param name="TicketId">Of the ticket system; of no meaning here.</param>
/// <param name="BaseImage">What the image is built on.</param>
/// <param name="PpaList">Archives: "ppa:OWNER/NAME".</param>
/// <param name="PackageList">Packages to install.</param>
/// <param name="ProgressTrigger">Name of the AMQP exchange for messages about progress; empty for none.</param>
/// <param name="CancelUrl">Of a JSON object <c>{"building": true|false}</c>; null for none.</param>
sealed record BuildImageRequest(
    [property: JsonPropertyName("ticket_id")] string TicketId,
    [property: JsonPropertyName("base_image")] BaseImageRequest BaseImage,
    [property: JsonPropertyName("ppa_list")] IReadOnlyList<string> PpaList,
    [property: JsonPropertyName("package_list")] IReadOnlyList<string> PackageList,
    [property: JsonPropertyName("progress_trigger")] string ProgressTrigger,
    [property: JsonPropertyName("cancel_url")] string? CancelUrl)
{
    /// <summary>The same for requests that ask for the same image, whoever asks.</summary>
    [JsonIgnore]
    public string ContentKey => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(new { BaseImage.ImageType, BaseImage.UrlList, BaseImage.Series, PpaList, Packages = PackageList.Order(StringComparer.Ordinal) })));
}

/// <param name="ImageType">"cloud".</param>
/// <param name="UrlList">The image's file, and what vouches for it: a list of SHA-256 sums.</param>
/// <param name="Series">"trusty".</param>
sealed record BaseImageRequest(
    [property: JsonPropertyName("image_type")] string ImageType,
    [property: JsonPropertyName("url_list")] IReadOnlyList<string> UrlList,
    [property: JsonPropertyName("series")] string Series)
{
    /// <summary>The image's file.</summary>
    [JsonIgnore]
    public Uri Image => new(Named.GetLeftPart(UriPartial.Query));

    /// <summary>What it has to be, where "#sha256=HEX" at the end of its URL says it: "sha256:HEX"; else empty.</summary>
    [JsonIgnore]
    public string Digest => Named.Fragment.TrimStart('#').Replace('=', ':').ToLowerInvariant();

    Uri Named => UrlList.Select(url => new Uri(url)).First(url => !IsChecksums(url));

    /// <summary>A list of sums as sha256sum writes it; null for none.</summary>
    [JsonIgnore]
    public Uri? Checksums => UrlList.Select(url => new Uri(url)).FirstOrDefault(IsChecksums);

    /// <summary>Whether a URL is one of a list of sums: its last part says so.</summary>
    public static bool IsChecksums(Uri url) => Path.GetFileName(url.AbsolutePath) is "SHA256SUMS" or "SHA512SUMS";
}
