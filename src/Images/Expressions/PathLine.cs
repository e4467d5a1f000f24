using System.Text;

namespace ImageSdk.Images.Expressions;

/// <summary>
/// One line of a filter or a trigger: a regular expression anchored at the start of the path, or one of the simple forms that the
/// original takes for such. Some of those match a little more or less than the expression would.
/// </summary>
sealed class PathLine
{
    static readonly RepetitionNode Anything = new(new SetNode(CodePointSet.All), 0, -1);

    /// <summary>False where the original runs every path through the regular expression.</summary>
    public bool IsOptimised { get; private init; } = true;

    /// <summary>What a path can begin with to match: each a series of nodes.</summary>
    public IReadOnlyList<IReadOnlyList<Node>> Sequences { get; private init; } = [];

    /// <summary>An expression that sees the path only from behind a start, and looks back there; null for none.</summary>
    public (byte[] Start, IReadOnlyList<IReadOnlyList<Node>> Sequences)? Detached { get; private init; }

    /// <exception cref="ExpressionException">The text is empty or not an expression of the dialect.</exception>
    public static PathLine Read(string line)
    {
        if (line.Length == 0)
            throw new ExpressionException("empty expression");
        var text = Encoding.UTF8.GetBytes(line);
        if (FindContained(text) is { } contained)
            return Of(Contains(contained));
        var plain = new List<byte>();
        for (var index = 0; index < text.Length; index++)
        {
            if (TryReadPlain(text, ref index, plain))
                continue;
            var rest = text.AsSpan(index);
            var start = Literals(plain);
            if (rest.SequenceEqual("$"u8))
                return Of([[.. start, End]]);
            if (rest.SequenceEqual(".*"u8))
                return Of([start]);
            if (plain.Count > 1 && rest.StartsWith(".*"u8))
                return Continue(plain, Parser.Parse("^" + Encoding.UTF8.GetString(rest)));
            if (plain.Count > 0 && rest.SequenceEqual("(|/.*)$"u8))
                return Of([[.. start, End], [.. start, Node.Literal('/')]]);
            // The caret binds to the first branch only: a top-level "a|b" finds "b" anywhere, as in the original.
            return new() { IsOptimised = false, Sequences = Branches(Parser.Parse("^" + line)) };
        }
        return Of([Literals(plain)]);

        static PathLine Of(IReadOnlyList<IReadOnlyList<Node>> sequences) => new() { Sequences = sequences };
    }

    /// <summary>An expression that is no line of a filter: none of the simple forms, and not anchored.</summary>
    /// <exception cref="ExpressionException">The text is not an expression of the dialect.</exception>
    public static PathLine OfExpression(string expression) => new() { IsOptimised = false, Sequences = Branches(Parser.Parse(expression)) };

    static AssertionNode End { get; } = new(Assertion.TextEnd);

    static IReadOnlyList<Node> Literals(IEnumerable<byte> text) => [.. text.Select(value => Node.Literal(value))];

    static PathLine Continue(List<byte> start, Node rest)
    {
        var branches = Branches(rest);
        return branches.Any(branch => branch.Any(LooksBack))
            ? new() { Detached = (start.ToArray(), branches) }
            : new() { Sequences = [.. branches.Select(branch => (IReadOnlyList<Node>)[.. Literals(start), .. branch])] };
    }

    /// <summary>Whether what precedes a path's part matters to what matches it.</summary>
    static bool LooksBack(Node node) => node switch
    {
        AssertionNode(var assertion) => assertion is not (Assertion.TextEnd or Assertion.LineEnd),
        RepetitionNode(var body, _, _) => LooksBack(body),
        ConcatenationNode(var parts) => parts.Any(LooksBack),
        AlternationNode(var branches) => branches.Any(LooksBack),
        _ => false,
    };

    /// <summary>The branches of an expression that may match anywhere, each as one that matches at the start.</summary>
    static IReadOnlyList<IReadOnlyList<Node>> Branches(Node root) =>
    [
        .. (root is AlternationNode(var branches) ? branches : [root]).Select(branch =>
        {
            var parts = branch is ConcatenationNode(var several) ? several : [branch];
            return parts[0] is AssertionNode(Assertion.TextStart) ? [.. parts.Skip(1)] : (IReadOnlyList<Node>)[Anything, .. parts];
        }),
    ];

    // The part may take the slash that the path must begin with.
    static IReadOnlyList<IReadOnlyList<Node>> Contains(byte[] part) =>
    [
        [Node.Literal('/'), Anything, .. Literals(part)],
        .. part[0] == '/' ? (IReadOnlyList<IReadOnlyList<Node>>)[Literals(part)] : [],
    ];

    /// <summary>Takes a plain character or a class of one, and leaves the index on its last byte.</summary>
    static bool TryReadPlain(ReadOnlySpan<byte> text, ref int index, List<byte> plain)
    {
        var character = text[index];
        if (char.IsAsciiLetterOrDigit((char)character) || character is (byte)'-' or (byte)'/' or (byte)'_')
        {
            plain.Add(character);
            return true;
        }
        if (character == '[' && index + 2 < text.Length && text[index + 2] == ']' && text[index + 1] != '^')
        {
            plain.Add(text[index + 1]);
            index += 2;
            return true;
        }
        return false;
    }

    static byte[]? FindContained(ReadOnlySpan<byte> text)
    {
        if (text.Length < 7 || !text.EndsWith(".*"u8))
            return null;
        var start = text.StartsWith("/.*"u8) ? 3 : text.StartsWith(".*/"u8) ? 2 : -1;
        if (start < 0)
            return null;
        var body = text[..^2];
        var plain = new List<byte>();
        for (var index = start; index < body.Length; index++)
        {
            if (!TryReadPlain(text, ref index, plain))
                return null;
        }
        return plain.Count > 0 ? plain.ToArray() : null;
    }
}
