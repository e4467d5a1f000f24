namespace ImageSdk.Imaginator.Dependencies;

/// <summary>What is built on what, as it was found out.</summary>
sealed record DependencyData
{
    /// <summary>How it was found out, in words.</summary>
    public string FetchLog { get; init; } = "";

    /// <summary>Null before it was found out for the first time.</summary>
    public DateTimeOffset? GeneratedAt { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>Empty where the last attempt succeeded.</summary>
    public string LastAttemptError { get; init; } = "";

    /// <summary>By stream, the stream of its source image.</summary>
    public IReadOnlyDictionary<string, string> StreamToSource { get; init; } = new Dictionary<string, string>();

    /// <summary>Sources that match a pattern.</summary>
    public IReadOnlySet<string> PatternSources { get; init; } = new HashSet<string>();

    /// <summary>Sources that cannot be built.</summary>
    public IReadOnlySet<string> UnbuildableSources { get; init; } = new HashSet<string>();
}
