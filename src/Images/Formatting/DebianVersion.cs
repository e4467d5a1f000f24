namespace ImageSdk.Images;

/// <summary>
/// The order of Debian's package versions (deb-version(7)): epoch, then upstream version, then revision. In each of the two
/// texts runs of other characters and runs of digits take turns; "~" comes before the end, letters before what is no letter.
/// Any text has a place in it, so that versions of other packagers can be compared, for which it is about right.
/// </summary>
public sealed class DebianVersion : IComparer<string>
{
    public static DebianVersion Order { get; } = new();

    public int Compare(string? left, string? right)
    {
        if (left is null || right is null)
            return Comparer<bool>.Default.Compare(left is not null, right is not null);
        var mine = Split(left);
        var theirs = Split(right);
        var order = CompareNumbers(mine.Epoch, theirs.Epoch);
        if (order == 0)
            order = CompareParts(mine.Upstream, theirs.Upstream);
        return order == 0 ? CompareParts(mine.Revision, theirs.Revision) : order;
    }

    readonly ref struct Parts
    {
        public required ReadOnlySpan<char> Epoch { get; init; }
        public required ReadOnlySpan<char> Upstream { get; init; }
        public required ReadOnlySpan<char> Revision { get; init; }
    }

    static Parts Split(ReadOnlySpan<char> version)
    {
        var colon = version.IndexOf(':');
        var rest = version[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return new()
        {
            Epoch = version[..Math.Max(0, colon)],
            Upstream = dash < 0 ? rest : rest[..dash],
            Revision = dash < 0 ? [] : rest[(dash + 1)..],
        };
    }

    static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while (Weight(left) is var mine && Weight(right) is var theirs && (mine != 0 || theirs != 0))
            {
                if (mine != theirs)
                    return mine.CompareTo(theirs);
                left = left[1..];
                right = right[1..];
            }
            var order = CompareNumbers(TakeNumber(ref left), TakeNumber(ref right));
            if (order != 0)
                return order;
        }
        return 0;
    }

    /// <summary>Of the first character; 0 for a digit and for the end.</summary>
    static int Weight(ReadOnlySpan<char> text) => text switch
    {
        [] => 0,
        ['~', ..] => -1,
        [var first, ..] when char.IsAsciiDigit(first) => 0,
        [var first, ..] when char.IsAsciiLetter(first) => first,
        [var first, ..] => first + char.MaxValue,
    };

    static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var number = length < 0 ? text : text[..length];
        text = text[number.Length..];
        return number;
    }

    // Of any length, so not as integers.
    static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : Math.Sign(left.SequenceCompareTo(right));
    }
}
