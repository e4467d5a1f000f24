namespace ImageSdk.Images.Text;

/// <summary>Orders texts as their UTF-8 bytes do, which is code point order and not the order of UTF-16 units.</summary>
sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? left, string? right)
    {
        if (left is null || right is null)
            return Comparer<bool>.Default.Compare(left is not null, right is not null);
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return Weight(left[common]).CompareTo(Weight(right[common]));
    }

    /// <summary>A weight in which surrogates, which stand for the highest code points, come last.</summary>
    public static int Weight(char unit) => char.IsSurrogate(unit) ? unit + char.MaxValue : unit;
}
