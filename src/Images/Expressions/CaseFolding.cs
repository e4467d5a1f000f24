using System.Text;

namespace ImageSdk.Images.Expressions;

/// <summary>Simple case folding: which code points an expression with <c>(?i)</c> takes for the same letter.</summary>
static class CaseFolding
{
    // No simple case mapping reaches beyond the supplementary multilingual plane.
    const int LastCased = 0x1FFFF;

    static readonly Lazy<int[][]> Orbits = new(FindOrbits);

    public static CodePointSet Fold(CodePointSet set)
    {
        var added = new List<(int, int)>();
        foreach (var orbit in Orbits.Value)
        {
            if (orbit.Any(set.Contains))
                added.AddRange(orbit.Select(member => (member, member)));
        }
        return set.Union(CodePointSet.Of(added));
    }

    static int[][] FindOrbits()
    {
        var orbits = new Dictionary<int, List<int>>();
        void Join(int left, int right)
        {
            if (left == right)
                return;
            var orbit = orbits.GetValueOrDefault(left) ?? [left];
            var other = orbits.GetValueOrDefault(right) ?? [right];
            if (ReferenceEquals(orbit, other))
                return;
            orbit.AddRange(other);
            foreach (var member in orbit)
                orbits[member] = orbit;
        }
        for (var codePoint = 0; codePoint <= LastCased; codePoint++)
        {
            // The two Turkish letters fold to nothing but themselves.
            if (!Rune.IsValid(codePoint) || codePoint is 0x130 or 0x131)
                continue;
            Join(codePoint, Rune.ToUpperInvariant(new Rune(codePoint)).Value);
            Join(codePoint, Rune.ToLowerInvariant(new Rune(codePoint)).Value);
        }
        // Symbols that are letters, which the platform's casing leaves alone: Kelvin, long s, Angstrom.
        Join('k', 0x212A);
        Join('s', 0x17F);
        Join(0xE5, 0x212B);
        return orbits.Values.Distinct().Select(orbit => orbit.ToArray()).ToArray();
    }
}
