using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>What is known of a stored image without reading its tree.</summary>
public sealed record ImageHeader
{
    public required string Name { get; init; }
    public DateTimeOffset? CreatedOn { get; init; }

    /// <summary>Null for an image that does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public string BuildBranch { get; init; } = "";
    public string BuildCommitId { get; init; } = "";
    public string CreatedBy { get; init; } = "";
    public string CreatedFor { get; init; } = "";
    public IReadOnlyList<string> OwnerGroups { get; init; } = [];
    public IReadOnlyList<string> OwnerUsers { get; init; } = [];
    public string SourceImage { get; init; } = "";
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Regular inodes, empty ones among them, computed ones not.</summary>
    public ulong FileCount { get; init; }

    /// <summary>Bytes of all regular inodes.</summary>
    public ulong FileBytes { get; init; }

    /// <summary>The disk space it will take, in bytes (<see cref="FileSystem.EstimateUsage"/>).</summary>
    public ulong EstimatedUsage { get; init; }

    public int ComputedFileCount { get; init; }

    /// <summary>Null for a sparse image.</summary>
    public int? FilterLineCount { get; init; }

    /// <summary>Null where the image declares none.</summary>
    public int? TriggerCount { get; init; }

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    public static ImageHeader Of(string name, Image image) => new()
    {
        Name = name,
        CreatedOn = image.CreatedOn,
        ExpiresAt = image.ExpiresAt,
        BuildBranch = image.BuildBranch,
        BuildCommitId = image.BuildCommitId,
        CreatedBy = image.CreatedBy,
        CreatedFor = image.CreatedFor,
        OwnerGroups = image.OwnerGroups,
        OwnerUsers = image.OwnerUsers,
        SourceImage = image.SourceImage,
        Tags = image.Tags ?? new Dictionary<string, string>(),
        FileCount = image.FileSystem?.RegularInodeCount ?? 0,
        FileBytes = image.FileSystem?.TotalDataBytes ?? 0,
        EstimatedUsage = image.FileSystem?.EstimateUsage() ?? 0,
        ComputedFileCount = image.FileSystem?.InodeTable.Values.Count(inode => inode is ComputedInode) ?? 0,
        FilterLineCount = image.Filter?.Lines.Count,
        TriggerCount = image.Triggers?.List.Count,
    };
}
