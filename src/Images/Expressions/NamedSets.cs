using System.Globalization;
using System.Text;

namespace ImageSdk.Images.Expressions;

/// <summary>The sets that an expression may name: Perl's, POSIX's and Unicode's general categories.</summary>
static class NamedSets
{
    public static CodePointSet Digit { get; } = CodePointSet.Of(('0', '9'));

    public static CodePointSet Space { get; } = CodePointSet.Of(('\t', '\n'), ('\f', '\r'), (' ', ' '));

    public static CodePointSet Word { get; } = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    static readonly Dictionary<string, CodePointSet> Posix = new()
    {
        ["alnum"] = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
        ["alpha"] = CodePointSet.Of(('A', 'Z'), ('a', 'z')),
        ["ascii"] = CodePointSet.Of((0, 0x7F)),
        ["blank"] = CodePointSet.Of(('\t', '\t'), (' ', ' ')),
        ["cntrl"] = CodePointSet.Of((0, 0x1F), (0x7F, 0x7F)),
        ["digit"] = Digit,
        ["graph"] = CodePointSet.Of(('!', '~')),
        ["lower"] = CodePointSet.Of(('a', 'z')),
        ["print"] = CodePointSet.Of((' ', '~')),
        ["punct"] = CodePointSet.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        ["space"] = CodePointSet.Of(('\t', '\r'), (' ', ' ')),
        ["upper"] = CodePointSet.Of(('A', 'Z')),
        ["word"] = Word,
        ["xdigit"] = CodePointSet.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
    };

    static readonly Lazy<Dictionary<string, CodePointSet>> Categories = new(FindCategories);

    public static CodePointSet? FindPosix(ReadOnlySpan<char> name) =>
        Posix.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var set) ? set : null;

    /// <summary>A category by its short name ("L", "Lu"), or "Any". Scripts are not known here.</summary>
    public static CodePointSet? FindUnicode(ReadOnlySpan<char> name) =>
        name is "Any" ? CodePointSet.All
        : Categories.Value.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var set) ? set : null;

    static Dictionary<string, CodePointSet> FindCategories()
    {
        string[] names =
        [
            "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc",
            "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So",
        ];
        var found = new Dictionary<string, List<(int, int)>>();
        for (var first = 0; first <= CodePointSet.Last;)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(first);
            var last = first;
            while (last < CodePointSet.Last && CharUnicodeInfo.GetUnicodeCategory(last + 1) == category)
                last++;
            // Unassigned code points have no name of their own in RE2.
            if ((int)category < names.Length)
            {
                var name = names[(int)category];
                foreach (var key in (string[])[name, name[..1]])
                {
                    if (!found.TryGetValue(key, out var ranges))
                        found[key] = ranges = [];
                    ranges.Add((first, last));
                }
            }
            first = last + 1;
        }
        return found.ToDictionary(pair => pair.Key, pair => CodePointSet.Of(pair.Value));
    }
}
