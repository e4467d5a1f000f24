using ImageSdk.TextTemplates.Data;

namespace ImageSdk.TextTemplates.Parsing;

/// <param name="Position">In the template, in bytes.</param>
abstract record Node(int Position);

sealed record ListNode(int Position, IReadOnlyList<Node> Nodes) : Node(Position);

sealed record TextNode(int Position, string Text) : Node(Position);

/// <summary>A pipeline whose value is written, unless it declares or assigns.</summary>
sealed record ActionNode(int Position, PipeNode Pipe) : Node(Position);

enum BranchKind
{
    If,
    Range,
    With,
}

sealed record BranchNode(int Position, BranchKind Kind, PipeNode Pipe, ListNode Body, ListNode? Else) : Node(Position);

sealed record BreakNode(int Position) : Node(Position);

sealed record ContinueNode(int Position) : Node(Position);

/// <param name="Pipe">What is the dot in the template; null for nothing.</param>
sealed record TemplateNode(int Position, string Name, PipeNode? Pipe) : Node(Position);

/// <param name="Variables">With their "$".</param>
/// <param name="Assigns">Whether they are there already.</param>
sealed record PipeNode(int Position, IReadOnlyList<string> Variables, bool Assigns, IReadOnlyList<CommandNode> Commands) : Node(Position);

sealed record CommandNode(int Position, IReadOnlyList<Node> Arguments) : Node(Position);

sealed record DotNode(int Position) : Node(Position);

sealed record NilNode(int Position) : Node(Position);

/// <param name="Value">A truth value, a number or a text.</param>
sealed record ConstantNode(int Position, object Value) : Node(Position);

/// <summary>".a.b".</summary>
sealed record FieldNode(int Position, IReadOnlyList<string> Names) : Node(Position)
{
    public override string ToString() => ByteText.ToUtf16("." + string.Join('.', Names));
}

/// <summary>"$x.a.b".</summary>
sealed record VariableNode(int Position, string Name, IReadOnlyList<string> Fields) : Node(Position)
{
    public override string ToString() => ByteText.ToUtf16(string.Join('.', Fields.Prepend(Name)));
}

/// <summary>"(…).a.b".</summary>
sealed record ChainNode(int Position, Node Of, IReadOnlyList<string> Fields) : Node(Position);

sealed record FunctionNode(int Position, string Name) : Node(Position);
