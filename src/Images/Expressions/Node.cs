namespace ImageSdk.Images.Expressions;

/// <summary>A parsed expression.</summary>
abstract record Node
{
    static readonly SetNode[] ascii = [.. Enumerable.Range(0, 128).Select(codePoint => new SetNode(CodePointSet.OfOne(codePoint)))];

    public static SetNode Literal(int codePoint) => codePoint < ascii.Length ? ascii[codePoint] : new(CodePointSet.OfOne(codePoint));

    /// <summary>How many code point tests it has when its repetitions are written out.</summary>
    public virtual long Size => 1;

    /// <summary>The product of nested repetition counts, at its largest.</summary>
    public virtual long Repetition => 1;

    /// <summary>How deep it nests.</summary>
    public virtual int Depth => 1;
}

sealed record EmptyNode : Node
{
    public static EmptyNode Instance { get; } = new();
}

sealed record SetNode(CodePointSet Set) : Node;

sealed record AssertionNode(Assertion Assertion) : Node;

sealed record ConcatenationNode(IReadOnlyList<Node> Parts) : Node
{
    public override long Size { get; } = 1 + Parts.Sum(part => part.Size);

    public override long Repetition { get; } = Parts.Max(part => part.Repetition);

    public override int Depth { get; } = 1 + Parts.Max(part => part.Depth);
}

sealed record AlternationNode(IReadOnlyList<Node> Branches) : Node
{
    public override long Size { get; } = 1 + Branches.Sum(branch => branch.Size);

    public override long Repetition { get; } = Branches.Max(branch => branch.Repetition);

    public override int Depth { get; } = 1 + Branches.Max(branch => branch.Depth);
}

/// <param name="Maximum">Negative for no bound.</param>
sealed record RepetitionNode(Node Body, int Minimum, int Maximum) : Node
{
    // Saturates: deep nesting of "+" must not overflow, and anything above the limits is refused anyway.
    public override long Size { get; } = Math.Min(1 + Body.Size * Math.Max(1, Math.Max(Minimum, Maximum)), int.MaxValue);

    public override long Repetition { get; } =
        Math.Min(Body.Repetition * Math.Max(1, Maximum < 0 ? Minimum : Maximum), int.MaxValue);

    public override int Depth { get; } = 1 + Body.Depth;
}

enum Assertion
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}
