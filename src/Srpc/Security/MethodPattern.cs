namespace ImageSdk.Srpc;

/// <summary>
/// A shell pattern over <c>Service.Method</c>: <c>*</c> (not across "/"), <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c> and
/// <c>\</c> before a letter that is meant as it is. A malformed pattern matches nothing.
/// </summary>
sealed class MethodPattern
{
    readonly List<Part>? parts;

    public MethodPattern(string pattern)
    {
        Text = pattern;
        parts = Parse(pattern);
    }

    public string Text { get; }

    public bool IsValid => parts is not null;

    public bool Matches(string method)
    {
        if (parts is null)
            return false;
        var (part, at) = (0, 0);
        // Where to go on if what follows the last star does not fit: there, with the star one letter longer.
        var (starPart, starAt) = (-1, 0);
        while (true)
        {
            if (part < parts.Count && parts[part].IsStar)
                (starPart, starAt) = (++part, at);
            else if (part == parts.Count && at == method.Length)
                return true;
            else if (part < parts.Count && at < method.Length && parts[part].Accepts(method[at]))
                (part, at) = (part + 1, at + 1);
            else if (starPart < 0 || starAt >= method.Length || method[starAt] == '/')
                return false;
            else
                (part, at) = (starPart, ++starAt);
        }
    }

    static List<Part>? Parse(string pattern)
    {
        var parts = new List<Part>();
        for (var at = 0; at < pattern.Length;)
        {
            switch (pattern[at])
            {
                case '*':
                    parts.Add(new Part([], IsStar: true));
                    at++;
                    break;
                case '?':
                    parts.Add(new Part([('/', '/')], IsNegated: true));
                    at++;
                    break;
                case '[':
                    if (ParseClass(pattern, ref at) is not { } letters)
                        return null;
                    parts.Add(letters);
                    break;
                default:
                    if (ParseLetter(pattern, ref at) is not { } letter)
                        return null;
                    parts.Add(new Part([(letter, letter)]));
                    break;
            }
        }
        return parts;
    }

    static Part? ParseClass(string pattern, ref int at)
    {
        var ranges = new List<(char, char)>();
        at++;
        var negated = at < pattern.Length && pattern[at] == '^';
        if (negated)
            at++;
        while (at < pattern.Length && (pattern[at] != ']' || ranges.Count == 0))
        {
            if (pattern[at] is '-' or ']' || ParseLetter(pattern, ref at) is not { } low)
                return null;
            var high = low;
            if (at < pattern.Length && pattern[at] == '-')
            {
                at++;
                if (at >= pattern.Length || pattern[at] is '-' or ']' || ParseLetter(pattern, ref at) is not { } end)
                    return null;
                high = end;
            }
            ranges.Add((low, high));
        }
        if (at++ >= pattern.Length)
            return null;
        return new Part([.. ranges], IsNegated: negated);
    }

    static char? ParseLetter(string pattern, ref int at)
    {
        if (pattern[at] == '\\' && ++at >= pattern.Length)
            return null;
        return pattern[at++];
    }

    sealed record Part((char Low, char High)[] Ranges, bool IsStar = false, bool IsNegated = false)
    {
        public bool Accepts(char letter) => Array.Exists(Ranges, range => range.Low <= letter && letter <= range.High) != IsNegated;
    }
}
