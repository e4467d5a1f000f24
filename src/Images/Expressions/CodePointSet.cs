namespace ImageSdk.Images.Expressions;

/// <summary>A set of Unicode code points as sorted ranges that neither overlap nor touch.</summary>
sealed class CodePointSet : IEquatable<CodePointSet>
{
    public const int Last = 0x10FFFF;

    readonly (int First, int Last)[] ranges;

    CodePointSet((int, int)[] ranges) => this.ranges = ranges;

    public static CodePointSet All { get; } = Of((0, Last));

    public static CodePointSet AllButNewLine { get; } = Of(('\n', '\n')).Complement();

    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        }
        return new(merged.ToArray());
    }

    public static CodePointSet OfOne(int codePoint) => new([(codePoint, codePoint)]);

    /// <summary>The code point, where there is one alone.</summary>
    public int? Single => ranges is [var (first, last)] && first == last ? first : null;

    public ReadOnlySpan<(int First, int Last)> Ranges => ranges;

    public bool Contains(int codePoint)
    {
        var low = 0;
        var high = ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < ranges[middle].First)
                high = middle - 1;
            else if (codePoint > ranges[middle].Last)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    public CodePointSet Union(CodePointSet other) => Of(ranges.Concat(other.ranges));

    public CodePointSet Complement()
    {
        var gaps = new List<(int, int)>();
        var next = 0;
        foreach (var (first, last) in ranges)
        {
            if (first > next)
                gaps.Add((next, first - 1));
            next = last + 1;
        }
        if (next <= Last)
            gaps.Add((next, Last));
        return new(gaps.ToArray());
    }

    public bool Equals(CodePointSet? other) => other is not null && ranges.AsSpan().SequenceEqual(other.ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode() => ranges.Length == 0 ? 0 : HashCode.Combine(ranges.Length, ranges[0], ranges[^1]);
}
