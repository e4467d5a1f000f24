namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>An artifact that is requested of the image.</summary>
/// <param name="Format">Name of the format.</param>
/// <param name="Settings">What is said of it, by names of its options.</param>
/// <param name="OutputDirectory">Absolute path of the folder that it goes into.</param>
public sealed record ArtifactRequest(string Format, IReadOnlyDictionary<string, string> Settings, string OutputDirectory)
{
    /// <summary>
    /// Directories that are laid over the image's root for this artifact alone, in this order, as <c>files/</c> is: for what
    /// only a test needs.
    /// </summary>
    public IReadOnlyList<string> ExtraTrees { get; init; } = [];

    /// <summary>Where it is asked for, for errors.</summary>
    public string? File { get; init; }

    /// <summary>1-based; 0 where unknown.</summary>
    public int Line { get; init; }
}

/// <summary>An artifact that is there.</summary>
/// <param name="Path">The file, or the folder where the format has several files.</param>
/// <param name="Ran">Whether it was made now, rather than found.</param>
public sealed record MadeArtifact(string Format, string Path, bool IsFolder, bool Ran);
