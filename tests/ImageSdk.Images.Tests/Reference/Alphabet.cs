using ImageSdk.Images.Expressions;

namespace ImageSdk.Images.Tests.Reference;

/// <summary>
/// Maps code points to characters such that those an expression cannot tell apart become one: ASCII stays, and each
/// class of other code points gets a private-use character.
/// </summary>
/// <remarks>
/// The platform's engine works on UTF-16 units and has its own idea of a word character. Behind this mapping a code
/// point is always one unit and nothing outside ASCII is a word character, so its answers are RE2's.
/// </remarks>
sealed class Alphabet
{
    const int FirstPrivate = 0xE000;
    const int LastPrivate = 0xF8FF;
    const int FirstOther = 0x80;

    // Each set costs a look at every class of code points: more than this is no path expression.
    const int MaximumSets = 200;

    readonly int[] starts;
    readonly char[] characters;

    public Alphabet(IEnumerable<CodePointSet> all)
    {
        // A set without a boundary outside ASCII holds all that is there or nothing of it.
        var sets = all.Where(set => HasBoundaryOutsideAscii(set)).Distinct().ToList();
        if (sets.Count > MaximumSets)
            throw new ExpressionException("expression too large");
        starts = sets.SelectMany(set => set.Ranges.ToArray())
            .SelectMany(range => (int[])[range.First, range.Last + 1])
            .Where(start => start is > FirstOther and <= CodePointSet.Last)
            .Append(FirstOther).Distinct().Order().ToArray();
        characters = new char[starts.Length];
        var classes = new Dictionary<string, char>();
        for (var index = 0; index < starts.Length; index++)
        {
            var signature = string.Concat(sets.Select(set => set.Contains(starts[index]) ? '1' : '0'));
            if (!classes.TryGetValue(signature, out characters[index]))
            {
                if (FirstPrivate + classes.Count > LastPrivate)
                    throw new ExpressionException("expression too large");
                classes[signature] = characters[index] = (char)(FirstPrivate + classes.Count);
            }
        }
    }

    static bool HasBoundaryOutsideAscii(CodePointSet set)
    {
        foreach (var (first, last) in set.Ranges)
        {
            if (first > FirstOther || last is >= FirstOther and < CodePointSet.Last)
                return true;
        }
        return false;
    }

    public char Map(int codePoint)
    {
        if (codePoint < FirstOther)
            return (char)codePoint;
        var index = Array.BinarySearch(starts, codePoint);
        return characters[index >= 0 ? index : ~index - 1];
    }

    /// <summary>What a set that was given to the constructor holds outside ASCII.</summary>
    public IEnumerable<char> MapOthers(CodePointSet set) =>
        Enumerable.Range(0, starts.Length).Where(index => set.Contains(starts[index]))
            .Select(index => characters[index]).Distinct();
}
