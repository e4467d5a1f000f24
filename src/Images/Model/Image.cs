namespace ImageSdk.Images;

/// <summary>An image as the stores keep it: the tree and all that is known of it. Its name is not part of it.</summary>
public sealed record Image
{
    public string BuildBranch { get; init; } = "";
    public string BuildCommitId { get; init; } = "";

    /// <summary>As configured, without secrets expanded.</summary>
    public string BuildGitUrl { get; init; } = "";

    /// <summary>
    /// Documents that vouch for the image, by their kind (<see cref="AttestationKinds"/>). Ours; peers of the original drop them.
    /// </summary>
    public IReadOnlyDictionary<string, Annotation>? Attestations { get; init; }

    public Annotation? BuildLog { get; init; }
    public string CreatedBy { get; init; } = "";
    public string CreatedFor { get; init; } = "";
    public DateTimeOffset? CreatedOn { get; init; }

    /// <summary>Null for an image that does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public FileSystem? FileSystem { get; init; }

    /// <summary>Null for a sparse image, which is something else than a filter without lines.</summary>
    public Filter? Filter { get; init; }

    public IReadOnlyList<string> OwnerGroups { get; init; } = [];
    public IReadOnlyList<string> OwnerUsers { get; init; } = [];
    public IReadOnlyList<Package> Packages { get; init; } = [];
    public Annotation? ReleaseNotes { get; init; }

    /// <summary>Name of the image that this one was built on; empty for a bootstrap image.</summary>
    public string SourceImage { get; init; } = "";

    /// <summary>Null and empty differ on the wire; both mean no tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Null where the image declares none.</summary>
    public Triggers? Triggers { get; init; }
}

/// <summary>A text kept beside an image: an object in the store, or else a URL.</summary>
public sealed record Annotation(ObjectHash? Object, string Url = "");

/// <summary>An installed package.</summary>
/// <param name="Size">Installed size in bytes.</param>
public sealed record Package(string Name, string Version, ulong Size);
