namespace ImageSdk.Comparison;

/// <summary>What differs between two lists whose order does not matter.</summary>
public sealed record ListChange<T>(IReadOnlyList<T> Added, IReadOnlyList<T> Removed)
{
    public bool IsEmpty => Added.Count + Removed.Count == 0;

    /// <param name="key">What makes two items the same.</param>
    public static ListChange<T> Compare(IEnumerable<T> left, IEnumerable<T> right, Func<T, string> key)
    {
        var leftByKey = left.ToLookup(key, StringComparer.Ordinal);
        var rightByKey = right.ToLookup(key, StringComparer.Ordinal);
        return new(FindMissing(rightByKey, leftByKey), FindMissing(leftByKey, rightByKey));
    }

    // An item that is there twice has to be there twice on the other side.
    static T[] FindMissing(ILookup<string, T> from, ILookup<string, T> other) =>
        from.OrderBy(group => group.Key, StringComparer.Ordinal).SelectMany(group => group.Skip(other[group.Key].Count())).ToArray();
}
