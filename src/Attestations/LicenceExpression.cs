namespace ImageSdk.Attestations;

/// <summary>Licences joined by "and" and "or", as SPDX writes them.</summary>
sealed class LicenceExpression
{
    readonly string? identifier;
    readonly bool isChoice;
    readonly IReadOnlyList<LicenceExpression> parts;

    LicenceExpression(string? identifier, bool isChoice, IReadOnlyList<LicenceExpression> parts)
    {
        this.identifier = identifier;
        this.isChoice = isChoice;
        this.parts = parts;
    }

    /// <param name="identifier">Of SPDX, with its exception where there is one, or a LicenseRef.</param>
    public static LicenceExpression Of(string identifier) => new(identifier, false, []);

    public static LicenceExpression All(IEnumerable<LicenceExpression> parts) => Join(parts, isChoice: false);

    public static LicenceExpression Any(IEnumerable<LicenceExpression> parts) => Join(parts, isChoice: true);

    // The same parts in any order are the same expression.
    static LicenceExpression Join(IEnumerable<LicenceExpression> parts, bool isChoice)
    {
        LicenceExpression[] flat =
        [
            .. parts.SelectMany(part => part.identifier is null && part.isChoice == isChoice ? part.parts : [part])
                .DistinctBy(part => part.ToString()).OrderBy(part => part.ToString(), StringComparer.Ordinal),
        ];
        return flat is [var only] ? only : new(null, isChoice, flat);
    }

    public IEnumerable<string> Identifiers => identifier is null ? parts.SelectMany(part => part.Identifiers) : [identifier];

    public override string ToString() => identifier ?? string.Join(isChoice ? " OR " : " AND ", parts.Select(part => part.isChoice ? $"({part})" : part.ToString()));

    /// <summary>
    /// Reads the first line of a copyright file's License field: "GPL-2+ or Artistic, and BSD-3-clause". "and" binds closer
    /// than "or", a comma less than both.
    /// </summary>
    /// <param name="find">The expression of one name ("GPL-2+", "GPL-2+ with Libtool exception").</param>
    /// <returns>Null where the text has another form.</returns>
    public static LicenceExpression? Parse(string text, Func<string, LicenceExpression> find)
    {
        const int longest = 1024;
        if (text.Length > longest)
            return null;
        LicenceExpression? whole = null;
        foreach (var clause in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = clause.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).AsSpan();
            var isChoice = whole is not null && words is ["or", ..];
            if (whole is not null && words is ["or" or "and", ..])
                words = words[1..];
            if (ParseClause(words, find) is not { } part)
                return null;
            whole = whole is null ? part : isChoice ? Any([whole, part]) : All([whole, part]);
        }
        return whole;
    }

    static LicenceExpression? ParseClause(ReadOnlySpan<string> words, Func<string, LicenceExpression> find)
    {
        var choices = new List<LicenceExpression>();
        var all = new List<LicenceExpression>();
        while (TakeName(ref words) is { } name)
        {
            all.Add(find(name));
            if (words is ["and", ..])
            {
                words = words[1..];
                continue;
            }
            choices.Add(All(all));
            if (words.IsEmpty)
                return Any(choices);
            if (words is not ["or", ..])
                return null;
            words = words[1..];
            all.Clear();
        }
        return null;
    }

    static string? TakeName(ref ReadOnlySpan<string> words)
    {
        if (words.IsEmpty || words[0] is "and" or "or" or "with")
            return null;
        var length = 1;
        if (words is [_, "with", ..])
        {
            var end = words.IndexOf("exception");
            length = end < 0 ? words.Length : end + 1;
        }
        var name = string.Join(' ', words[..length]!);
        words = words[length..];
        return name;
    }
}
