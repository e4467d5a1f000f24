namespace ImageSdk.Images;

/// <summary>
/// What an image's tags must be: for every key one of the listed values. A key without values never matches; no keys
/// at all match any image.
/// </summary>
public sealed class TagMatcher(IReadOnlyDictionary<string, IReadOnlyList<string>> tags)
{
    public static TagMatcher Any { get; } = new(new Dictionary<string, IReadOnlyList<string>>());

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tags { get; } = tags;

    /// <summary>Reads "key=value,key=other,…".</summary>
    /// <exception cref="FormatException">A part has not exactly one "=".</exception>
    public static TagMatcher Parse(string text) =>
        new(ImageTags.ReadPairs(text).GroupBy(pair => pair.Key).ToDictionary(
            group => group.Key, IReadOnlyList<string> (group) => group.Select(pair => pair.Value).Distinct().ToArray()));

    public bool Matches(IReadOnlyDictionary<string, string>? imageTags)
    {
        foreach (var (key, values) in Tags)
        {
            if (imageTags is null || !imageTags.TryGetValue(key, out var value) || !values.Contains(value))
                return false;
        }
        return true;
    }
}
