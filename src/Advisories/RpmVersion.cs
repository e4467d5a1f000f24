namespace ImageSdk.Advisories;

/// <summary>
/// The order of rpm's versions (rpmvercmp): epoch, version, release; of each, runs of digits and of letters in turn, whatever parts them. A tilde comes
/// before the end, a caret behind it and before anything else; digits come behind letters.
/// </summary>
public sealed class RpmVersion : IComparer<string>
{
    public static RpmVersion Order { get; } = new();

    public int Compare(string? left, string? right)
    {
        var (mine, theirs) = (Split(left ?? ""), Split(right ?? ""));
        var order = CompareNumbers(mine.Epoch, theirs.Epoch);
        if (order == 0)
            order = CompareParts(mine.Version, theirs.Version);
        // A version without a release stands for all releases of it.
        return order == 0 && mine.Release.Length > 0 && theirs.Release.Length > 0 ? CompareParts(mine.Release, theirs.Release) : order;
    }

    static (string Epoch, string Version, string Release) Split(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var rest = text[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return (colon < 0 ? "0" : text[..colon], dash < 0 ? rest : rest[..dash], dash < 0 ? "" : rest[(dash + 1)..]);
    }

    static int CompareParts(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            left = SkipSeparators(left);
            right = SkipSeparators(right);
            foreach (var (mark, isBeforeEnd) in ((char, bool)[])[('~', true), ('^', false)])
            {
                var (mine, theirs) = (left.StartsWith([mark]), right.StartsWith([mark]));
                if (!mine && !theirs)
                    continue;
                if (mine && theirs)
                {
                    left = left[1..];
                    right = right[1..];
                    return CompareParts(left, right);
                }
                if (isBeforeEnd)
                    return mine ? -1 : 1;
                return mine ? (right.IsEmpty ? 1 : -1) : left.IsEmpty ? -1 : 1;
            }
            if (left.IsEmpty || right.IsEmpty)
                return left.Length.CompareTo(right.Length);
            var isNumber = char.IsAsciiDigit(left[0]);
            if (isNumber != char.IsAsciiDigit(right[0]))
                return isNumber ? 1 : -1;
            var run = TakeRun(ref left, isNumber);
            var otherRun = TakeRun(ref right, isNumber);
            var order = isNumber ? CompareNumbers(run, otherRun) : run.SequenceCompareTo(otherRun);
            if (order != 0)
                return Math.Sign(order);
        }
    }

    static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('~' or '^'))
            text = text[1..];
        return text;
    }

    static ReadOnlySpan<char> TakeRun(ref ReadOnlySpan<char> text, bool isNumber)
    {
        var length = 0;
        while (length < text.Length && (isNumber ? char.IsAsciiDigit(text[length]) : char.IsAsciiLetter(text[length])))
            length++;
        var run = text[..length];
        text = text[length..];
        return run;
    }

    // Of any length.
    static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : Math.Sign(left.SequenceCompareTo(right));
    }
}
