using ImageSdk.Images;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>What the streams file says.</summary>
/// <param name="Streams">By name, with <c>$ARCH</c> expanded.</param>
/// <param name="Patterns">Expressions of whole names.</param>
sealed record StreamTable(IReadOnlyDictionary<string, StreamConfiguration> Streams, IReadOnlyList<StreamPattern> Patterns)
{
    public static StreamTable Empty { get; } = new(new Dictionary<string, StreamConfiguration>(), []);

    /// <summary>What is said of a stream: a name counts before patterns.</summary>
    /// <returns>Null where nothing is.</returns>
    /// <exception cref="AmbiguousStreamException">Several patterns match.</exception>
    public StreamConfiguration? Find(string name)
    {
        if (Streams.TryGetValue(name, out var stream))
            return stream;
        return Patterns.Where(pattern => pattern.Pattern.Matches(name)).ToArray() switch
        {
            [] => null,
            [var only] => only.Stream,
            _ => throw new AmbiguousStreamException(name),
        };
    }
}

sealed record StreamPattern(NamePattern Pattern, StreamConfiguration Stream);

/// <summary>It cannot be told which pattern counts for a stream. The message is the original's.</summary>
sealed class AmbiguousStreamException(string name) : Exception($"multiple stream patterns match: \"{name}\"");
