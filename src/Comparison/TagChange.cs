namespace ImageSdk.Comparison;

/// <summary>A tag that is not the same on both sides; null on the side that has not got it.</summary>
public sealed record TagChange(string Key, string? Left, string? Right)
{
    /// <summary>The differing tags by key. No tags and empty tags are the same.</summary>
    public static IReadOnlyList<TagChange> Compare(
        IReadOnlyDictionary<string, string>? left, IReadOnlyDictionary<string, string>? right)
    {
        var none = new Dictionary<string, string>();
        left ??= none;
        right ??= none;
        return left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
            .Select(key => new TagChange(key, left.GetValueOrDefault(key), right.GetValueOrDefault(key)))
            .Where(change => change.Left != change.Right).ToArray();
    }
}
