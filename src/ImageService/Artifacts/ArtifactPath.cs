using System.Diagnostics.CodeAnalysis;

namespace ImageSdk.ImageService.Artifacts;

/// <summary>Where an object lies in S3.</summary>
sealed record ArtifactPath(string Bucket, string Key)
{
    const string Scheme = "s3://";

    /// <summary>Below this, in the same bucket, is what was deleted softly.</summary>
    public const string DeletedPrefix = "deleted/";

    public bool IsDeleted => Key.StartsWith(DeletedPrefix, StringComparison.Ordinal);

    /// <summary>Where it goes when it is deleted softly.</summary>
    public ArtifactPath ToDeleted() => this with { Key = DeletedPrefix + Key };

    /// <summary>Where it came from.</summary>
    public ArtifactPath FromDeleted() => this with { Key = Key[DeletedPrefix.Length..] };

    public static bool TryParse(string text, [NotNullWhen(true)] out ArtifactPath? path)
    {
        path = text.StartsWith(Scheme, StringComparison.Ordinal) && text[Scheme.Length..].Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key]
            ? new(bucket, key)
            : null;
        return path is not null;
    }

    public override string ToString() => $"{Scheme}{Bucket}/{Key}";
}
