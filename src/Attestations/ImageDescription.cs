using ImageSdk.Contracts.Inspection;
using ImageSdk.Images;

namespace ImageSdk.Attestations;

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

    /// <summary>Why packages are known by their names alone, as a clause; empty where they are known whole.</summary>
    public string Fault { get; init; } = "";

    public IReadOnlyDictionary<string, LicenceText> Texts { get; init; } = new Dictionary<string, LicenceText>();

    /// <summary>Those that are listed one by one.</summary>
    public required IReadOnlyList<DescribedFile> Files { get; init; }

    /// <summary>The files that the project adds where they are not listed; null where they are, and where there are none.</summary>
    public UnlistedFiles? Unlisted { get; init; }

    /// <summary>What the hash of a tree is called among digests.</summary>
    public const string TreeDigest = "imageTreeSha512";

    /// <summary>More files than this are not listed one by one unless the project asks for it: of each a document has about a kilobyte.</summary>
    public const int MostListed = 5000;

    /// <summary>Whether the documents are short enough for people to read, and are therefore indented.</summary>
    public bool IsForPeople => Files.Count <= MostListed;

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

/// <summary>Files that the project added and that are not listed one by one.</summary>
/// <param name="Bytes">Of their contents.</param>
/// <param name="Sha256">Of what sha512sum would print of them in the order of their paths, which have no leading slash.</param>
sealed record UnlistedFiles(int Count, ulong Bytes, string Sha256)
{
    /// <summary>What the digest is called.</summary>
    public const string Digest = "sha256OfSha512List";

    public string Text => $"{Count} files of {Bytes} bytes, which are not listed one by one. SHA-256 of their list as sha512sum prints it, in the order of their paths: {Sha256}.";

    public static UnlistedFiles? Of(IReadOnlyList<AddedFile> files)
    {
        if (files.Count == 0)
            return null;
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var bytes = 0ul;
        foreach (var file in files)
        {
            bytes += file.Inode.Size;
            hash.AppendData([.. global::System.Text.Encoding.ASCII.GetBytes(file.Sha512), .. "  "u8, .. file.Path.Span, .. "\n"u8]);
        }
        return new(files.Count, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
