namespace ImageSdk.Building.Downloads;

/// <summary>What tells whether a content is still the one that was fetched.</summary>
/// <param name="ETag">As the server writes it; null for none.</param>
sealed record ContentVersion(string? ETag, DateTimeOffset? LastModified)
{
    public bool IsKnown => ETag is not null || LastModified is not null;

    /// <summary>Whether a part that was fetched can be completed: a weak tag does not promise the same bytes.</summary>
    public bool HoldsForParts => ETag is not null ? !ETag.StartsWith("W/", StringComparison.Ordinal) : LastModified is not null;
}

/// <summary>A content that is being fetched.</summary>
/// <param name="Content">Null where it has not changed.</param>
/// <param name="Offset">The byte at which <paramref name="Content"/> begins.</param>
/// <param name="Length">Bytes of the whole; null where the server does not say.</param>
sealed record RemoteContent(Stream? Content, long Offset, long? Length, ContentVersion Version, IDisposable? Owner) : IDisposable
{
    public void Dispose()
    {
        Content?.Dispose();
        Owner?.Dispose();
    }
}
