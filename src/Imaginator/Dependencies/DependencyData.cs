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

    /// <summary>By stream, its manifest as it stands in its repository.</summary>
    public IReadOnlyDictionary<string, string> Manifests { get; init; } = new Dictionary<string, string>();

    /// <summary>Sources that match a pattern.</summary>
    public IReadOnlySet<string> PatternSources { get; init; } = new HashSet<string>();

    /// <summary>Sources that cannot be built.</summary>
    public IReadOnlySet<string> UnbuildableSources { get; init; } = new HashSet<string>();

    /// <summary>What has to be built again when a stream has changed: all that is built on it, and on that, and so on.</summary>
    /// <returns>Rounds, each of streams in order that can be built at once when those before are there.</returns>
    public IReadOnlyList<IReadOnlyList<string>> FindDependents(string stream)
    {
        var dependents = StreamToSource.ToLookup(each => each.Value, each => each.Key, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal) { stream };
        var rounds = new List<IReadOnlyList<string>>();
        for (IReadOnlyList<string> round = [stream]; ;)
        {
            // In a circle everything has been seen at last.
            round = [.. round.SelectMany(source => dependents[source]).Where(seen.Add).Order(StringComparer.Ordinal)];
            if (round.Count == 0)
                return rounds;
            rounds.Add(round);
        }
    }
}
