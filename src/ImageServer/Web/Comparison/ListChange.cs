namespace ImageSdk.ImageServer.Web.Comparison;

/// <summary>What differs between two lists whose order does not matter.</summary>
sealed record ListChange<T>(IReadOnlyList<T> Added, IReadOnlyList<T> Removed)
{
    public int Count => Added.Count + Removed.Count;

    /// <param name="key">What makes two items the same.</param>
    public static ListChange<T> Compare(IReadOnlyList<T> left, IReadOnlyList<T> right, Func<T, string> key)
    {
        var leftKeys = left.Select(key).ToHashSet(StringComparer.Ordinal);
        var rightKeys = right.Select(key).ToHashSet(StringComparer.Ordinal);
        return new([.. right.Where(item => !leftKeys.Contains(key(item)))], [.. left.Where(item => !rightKeys.Contains(key(item)))]);
    }
}
