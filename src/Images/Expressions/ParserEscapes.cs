using System.Globalization;

namespace ImageSdk.Images.Expressions;

/// <summary>Character classes and what follows a backslash.</summary>
sealed partial class Parser
{
    void ReadEscapeAtom(List<Node> parts)
    {
        if (TryTake("\\Q"))
        {
            var end = text.IndexOf("\\E", position, StringComparison.Ordinal);
            var stop = end < 0 ? text.Length : end;
            while (position < stop)
                parts.Add(Literal(TakeCodePoint()));
            position = end < 0 ? stop : stop + 2;
        }
        else if (TryTake("\\A"))
            parts.Add(new AssertionNode(Assertion.TextStart));
        else if (TryTake("\\z"))
            parts.Add(new AssertionNode(Assertion.TextEnd));
        else if (TryTake("\\b"))
            parts.Add(new AssertionNode(Assertion.WordBoundary));
        else if (TryTake("\\B"))
            parts.Add(new AssertionNode(Assertion.NoWordBoundary));
        else if (ReadNamedClass() is { } set)
            parts.Add(new SetNode(set));
        else
            parts.Add(Literal(ReadEscapedCodePoint()));
    }

    /// <summary>Reads \d and its kin and \p{…}; null where the escape is something else.</summary>
    CodePointSet? ReadNamedClass()
    {
        if (position + 1 >= text.Length)
            return null;
        var letter = text[position + 1];
        var set = char.ToLowerInvariant(letter) switch
        {
            'd' => NamedSets.Digit,
            's' => NamedSets.Space,
            'w' => NamedSets.Word,
            _ => null,
        };
        if (set is not null)
        {
            position += 2;
            return Signed(set, char.IsAsciiLetterUpper(letter));
        }
        return letter is 'p' or 'P' ? ReadUnicodeClass(letter == 'P') : null;
    }

    CodePointSet Signed(CodePointSet set, bool negative) => negative ? Folded(set).Complement() : Folded(set);

    CodePointSet ReadUnicodeClass(bool negative)
    {
        var start = position;
        position += 2;
        if (AtEnd)
            throw new ExpressionException($"invalid character class range: {text[start..]}");
        string name;
        if (TryTake('{'))
        {
            var end = text.IndexOf('}', position);
            if (end < 0)
                throw new ExpressionException($"invalid character class range: {text[start..]}");
            name = text[position..end];
            position = end + 1;
        }
        else
            name = text[position..++position];
        if (name.StartsWith('^'))
        {
            negative = !negative;
            name = name[1..];
        }
        var set = NamedSets.FindUnicode(name) ??
            throw new ExpressionException($"unknown character class (only general categories are known): {text[start..position]}");
        return Signed(set, negative);
    }

    int ReadEscapedCodePoint()
    {
        var start = position;
        position++;
        if (AtEnd)
            throw new ExpressionException("trailing backslash at end of expression");
        var codePoint = TakeCodePoint();
        switch (codePoint)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return ReadHexadecimal(start);
            // One digit alone would be a back-reference, which RE2 does not have.
            case >= '1' and <= '7' when AtEnd || text[position] is < '0' or > '7':
                break;
            case >= '0' and <= '7':
                var value = codePoint - '0';
                for (var digits = 1; digits < 3 && !AtEnd && text[position] is >= '0' and <= '7'; digits++)
                    value = value * 8 + text[position++] - '0';
                return value;
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)codePoint):
                return codePoint;
        }
        throw new ExpressionException($"invalid escape sequence: {text[start..position]}");
    }

    int ReadHexadecimal(int start)
    {
        string digits;
        if (TryTake('{'))
        {
            var end = text.IndexOf('}', position);
            digits = end < 0 ? "" : text[position..end];
            position = end < 0 ? text.Length : end + 1;
        }
        else
        {
            digits = text.Substring(position, Math.Min(2, text.Length - position));
            position += digits.Length;
            if (digits.Length < 2)
                digits = "";
        }
        if (int.TryParse(digits.TrimStart('0') is "" && digits != "" ? "0" : digits.TrimStart('0'),
            NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) &&
            value is >= 0 and <= CodePointSet.Last)
            return value;
        throw new ExpressionException($"invalid escape sequence: {text[start..position]}");
    }

    CodePointSet ReadClass()
    {
        var start = position++;
        var negative = TryTake('^');
        var set = CodePointSet.Of();
        for (var first = true; ; first = false)
        {
            if (AtEnd)
                throw new ExpressionException($"missing closing ]: {text[start..]}");
            if (!first && TryTake(']'))
                break;
            set = set.Union(ReadClassMember());
        }
        return negative ? set.Complement() : set;
    }

    CodePointSet ReadClassMember()
    {
        var start = position;
        if (ReadPosixClass() is { } posix)
            return posix;
        if (text[position] == '\\' && ReadNamedClass() is { } named)
            return named;
        var low = ReadClassCodePoint();
        var high = low;
        if (position + 1 < text.Length && text[position] == '-' && text[position + 1] != ']')
        {
            position++;
            high = ReadClassCodePoint();
            if (high < low)
                throw new ExpressionException($"invalid character class range: {text[start..position]}");
        }
        return Folded(CodePointSet.Of((low, high)));
    }

    CodePointSet? ReadPosixClass()
    {
        if (string.CompareOrdinal(text, position, "[:", 0, 2) != 0)
            return null;
        var end = text.IndexOf(":]", position + 2, StringComparison.Ordinal);
        if (end < 0)
            return null;
        var name = text[(position + 2)..end];
        var negative = name.StartsWith('^');
        var set = NamedSets.FindPosix(negative ? name[1..] : name) ??
            throw new ExpressionException($"invalid character class range: {text[position..(end + 2)]}");
        position = end + 2;
        return Signed(set, negative);
    }

    int ReadClassCodePoint()
    {
        if (AtEnd)
            throw new ExpressionException("missing closing ]");
        return text[position] == '\\' ? ReadEscapedCodePoint() : TakeCodePoint();
    }
}
