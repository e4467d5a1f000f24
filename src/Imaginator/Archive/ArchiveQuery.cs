namespace ImageSdk.Imaginator.Archive;

/// <summary>Which builds of the archive are wanted. What is null does not matter.</summary>
sealed record ArchiveQuery
{
    /// <summary>A stream, or a directory with the streams in it.</summary>
    public string? Stream { get; init; }

    /// <summary>As <see cref="ArchivedBuild.Requestor"/> has it.</summary>
    public string? Requestor { get; init; }

    public bool? HasSucceeded { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>The first time that is too late.</summary>
    public DateTimeOffset? Before { get; init; }

    public bool Matches(ArchivedBuild build) =>
        (Stream is null || build.Stream == Stream || build.Stream.StartsWith(Stream.TrimEnd('/') + "/", StringComparison.Ordinal))
        && (Requestor is null || build.Requestor == Requestor)
        && (HasSucceeded is null || build.HasSucceeded == HasSucceeded)
        && !(build.At < Since) && !(build.At >= Before);
}
