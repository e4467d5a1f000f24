using ImageSdk.Images;

namespace ImageSdk.Building.Attestations;

/// <summary>What the documents about an image say, before it takes the form of any of them.</summary>
sealed record ImageDescription
{
    /// <summary>"base/debian-12".</summary>
    public required string Stream { get; init; }

    /// <summary>The time in the image's name; of a reproducible build that of its sources.</summary>
    public required string Version { get; init; }

    /// <summary>In hexadecimal digits.</summary>
    public required string TreeHash { get; init; }

    /// <summary>amd64, arm64.</summary>
    public required string Architecture { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Null for an image that was made from nothing.</summary>
    public DescribedSource? Source { get; init; }

    public required OsRelease System { get; init; }

    public required IReadOnlyList<DescribedPackage> Packages { get; init; }

    public IReadOnlyDictionary<string, LicenceText> Texts { get; init; } = new Dictionary<string, LicenceText>();

    public required IReadOnlyList<DescribedFile> Files { get; init; }

    /// <summary>In the form that JSON documents want: seconds, UTC.</summary>
    public string CreatedText => FormatTime(Created);

    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", global::System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A name for a document that no other has: the same for the same image, as documents of one image at one time are equal.</summary>
    /// <param name="kind">Which document.</param>
    public string UuidFor(string kind) => DerivedIdentifier.Of($"{kind}\n{Stream}\n{Version}\n{TreeHash}\n{CreatedText}").ToString();
}

/// <param name="Name">The image's name, or of a project's its stream and time.</param>
/// <param name="TreeHash">In hexadecimal digits.</param>
sealed record DescribedSource(string Name, string TreeHash);

/// <param name="Purl">Also tells packages apart: no two have the same.</param>
/// <param name="DependsOn">Purls of the packages of the image that it needs.</param>
/// <param name="Sha256">Of the file that it was installed from; empty where that is not known.</param>
sealed record DescribedPackage(InstalledPackage Package, string Purl, IReadOnlyList<string> DependsOn, string Sha256);

/// <summary>A file that the project added.</summary>
/// <param name="Path">In the image, without a leading slash; what is not UTF-8 in it as U+FFFD.</param>
/// <param name="Id">Tells files apart, also those whose names look the same: hexadecimal digits.</param>
sealed record DescribedFile(string Path, string Id, string Stage, string Sha512, FileDigests Digests);
