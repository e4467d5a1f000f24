using ImageSdk.Images.Text;

namespace ImageSdk.Images.Expressions;

/// <summary>
/// Reads an expression in the RE2 dialect (Perl syntax, no look-around, no back-references) and refuses what RE2 refuses.
/// </summary>
/// <remarks>Dialect: https://github.com/google/re2/wiki/Syntax. Capturing and greediness do not matter for matching.</remarks>
sealed partial class Parser
{
    const int MaximumDepth = 250;
    const int MaximumNodeDepth = 1000;
    const int MaximumRepetition = 1000;
    const int MaximumSize = 100_000;

    readonly string text;
    readonly HashSet<string> groupNames = [];
    int position;
    int depth;
    Flags flags;

    [Flags]
    enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        ManyLines = 2,
        DotAll = 4,
    }

    Parser(string text) => this.text = text;

    public static Node Parse(string expression)
    {
        var parser = new Parser(expression);
        var node = parser.ReadAlternation();
        if (!parser.AtEnd)
            throw new ExpressionException("unexpected )");
        if (node.Size > MaximumSize)
            throw new ExpressionException("expression too large");
        return node;
    }

    bool AtEnd => position >= text.Length;

    bool TryTake(char wanted)
    {
        if (AtEnd || text[position] != wanted)
            return false;
        position++;
        return true;
    }

    bool TryTake(string wanted)
    {
        if (string.CompareOrdinal(text, position, wanted, 0, wanted.Length) != 0)
            return false;
        position += wanted.Length;
        return true;
    }

    /// <summary>Takes one code point; a lone surrogate, which no UTF-8 text can hold, counts as U+FFFD.</summary>
    int TakeCodePoint()
    {
        var codePoint = char.IsSurrogatePair(text, position) ? char.ConvertToUtf32(text, position) : text[position];
        position += codePoint > char.MaxValue ? 2 : 1;
        return codePoint is >= 0xD800 and <= 0xDFFF ? PathText.Replacement : codePoint;
    }

    Node ReadAlternation()
    {
        var branches = new List<Node> { ReadConcatenation() };
        while (TryTake('|'))
            branches.Add(ReadConcatenation());
        return branches.Count == 1 ? branches[0] : new AlternationNode(branches);
    }

    Node ReadConcatenation()
    {
        var parts = new List<Node>();
        var afterRepetition = false;
        while (!AtEnd && text[position] is not ('|' or ')'))
        {
            var start = position;
            if (TryReadRepetition(out var minimum, out var maximum))
            {
                if (parts.Count == 0)
                    throw new ExpressionException($"missing argument to repetition operator: {text[start..position]}");
                if (afterRepetition)
                    throw new ExpressionException($"invalid nested repetition operator: {text[start..position]}");
                var node = new RepetitionNode(parts[^1], minimum, maximum);
                if (node.Repetition > MaximumRepetition)
                    throw new ExpressionException($"invalid repeat count: {text[start..position]}");
                // Repetitions nest without parentheses where "(?i)" or "\Q\E" stands between them.
                if (node.Depth > MaximumNodeDepth)
                    throw new ExpressionException("expression nests too deeply");
                parts[^1] = node;
                afterRepetition = true;
                continue;
            }
            ReadAtom(parts);
            afterRepetition = false;
        }
        return parts.Count switch
        {
            0 => EmptyNode.Instance,
            1 => parts[0],
            _ => new ConcatenationNode(parts),
        };
    }

    bool TryReadRepetition(out int minimum, out int maximum)
    {
        (minimum, maximum) = (0, -1);
        switch (text[position])
        {
            case '*':
                position++;
                break;
            case '+':
                position++;
                minimum = 1;
                break;
            case '?':
                position++;
                maximum = 1;
                break;
            case '{':
                // Braces that are no count are plain characters.
                if (!TryReadCount(out minimum, out maximum))
                    return false;
                break;
            default:
                return false;
        }
        TryTake('?');
        return true;
    }

    bool TryReadCount(out int minimum, out int maximum)
    {
        var start = position;
        position++;
        maximum = 0;
        if (TryReadNumber(out minimum))
        {
            maximum = minimum;
            if (TryTake(',') && !TryReadNumber(out maximum))
                maximum = -1;
            if (TryTake('}'))
            {
                if (minimum > MaximumRepetition || maximum > MaximumRepetition || (maximum >= 0 && minimum > maximum))
                    throw new ExpressionException($"invalid repeat count: {text[start..position]}");
                return true;
            }
        }
        position = start;
        return false;
    }

    bool TryReadNumber(out int number)
    {
        var start = position;
        number = 0;
        while (!AtEnd && char.IsAsciiDigit(text[position]))
            number = Math.Min(number * 10 + text[position++] - '0', MaximumRepetition + 1);
        // As in RE2, a leading zero makes it no number.
        return position > start && (text[start] != '0' || position == start + 1);
    }

    void ReadAtom(List<Node> parts)
    {
        switch (text[position])
        {
            case '(':
                if (ReadGroup() is { } group)
                    parts.Add(group);
                return;
            case '[':
                parts.Add(new SetNode(ReadClass()));
                return;
            case '\\':
                ReadEscapeAtom(parts);
                return;
            case '.':
                position++;
                parts.Add(new SetNode(flags.HasFlag(Flags.DotAll) ? CodePointSet.All : CodePointSet.AllButNewLine));
                return;
            case '^':
                position++;
                parts.Add(new AssertionNode(flags.HasFlag(Flags.ManyLines) ? Assertion.LineStart : Assertion.TextStart));
                return;
            case '$':
                position++;
                parts.Add(new AssertionNode(flags.HasFlag(Flags.ManyLines) ? Assertion.LineEnd : Assertion.TextEnd));
                return;
            default:
                parts.Add(Literal(TakeCodePoint()));
                return;
        }
    }

    SetNode Literal(int codePoint) =>
        flags.HasFlag(Flags.IgnoreCase) ? new(CaseFolding.Fold(CodePointSet.OfOne(codePoint))) : Node.Literal(codePoint);

    CodePointSet Folded(CodePointSet set) => flags.HasFlag(Flags.IgnoreCase) ? CaseFolding.Fold(set) : set;

    /// <summary>Reads "(…)"; null for "(?flags)", which only changes what follows.</summary>
    Node? ReadGroup()
    {
        var start = position;
        var outer = flags;
        position++;
        if (TryTake("?P<") || (!LooksBehind() && TryTake("?<")))
            ReadGroupName(start);
        else if (TryTake('?') && !ReadFlags(start))
            return null;
        if (++depth > MaximumDepth)
            throw new ExpressionException("expression nests too deeply");
        var body = ReadAlternation();
        if (!TryTake(')'))
            throw new ExpressionException("missing closing )");
        depth--;
        flags = outer;
        return body;
    }

    bool LooksBehind() => position + 2 < text.Length && text[position + 2] is '=' or '!';

    void ReadGroupName(int start)
    {
        var end = text.IndexOf('>', position);
        var name = end < 0 ? "" : text[position..end];
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
            throw new ExpressionException($"invalid named capture: {text[start..]}");
        if (!groupNames.Add(name))
            throw new ExpressionException($"duplicate capture group name: {name}");
        position = end + 1;
    }

    /// <summary>Reads flags after "(?"; true where a group follows (":"), false where the parenthesis closes.</summary>
    bool ReadFlags(int start)
    {
        var negative = false;
        var any = false;
        while (!AtEnd)
        {
            var character = text[position++];
            switch (character)
            {
                case 'i':
                    Set(Flags.IgnoreCase);
                    break;
                case 'm':
                    Set(Flags.ManyLines);
                    break;
                case 's':
                    Set(Flags.DotAll);
                    break;
                case 'U':
                    any = true;
                    break;
                case '-' when !negative:
                    negative = true;
                    any = false;
                    break;
                case ':' or ')' when !negative || any:
                    return character == ':';
                default:
                    throw new ExpressionException($"invalid or unsupported Perl syntax: {text[start..position]}");
            }
        }
        throw new ExpressionException($"missing closing ): {text[start..]}");

        void Set(Flags flag)
        {
            flags = negative ? flags & ~flag : flags | flag;
            any = true;
        }
    }
}
