using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Parsing;

/// <summary>Reads actions: what is outside of pipelines.</summary>
sealed partial class Parser
{
    /// <summary>No template written by hand nests deeper, and it would use up the stack.</summary>
    const int MaximumDepth = 250;

    readonly string source;
    readonly List<Token> tokens;
    readonly Dictionary<string, ListNode> templates = new(StringComparer.Ordinal);
    List<string> variables = ["$"];
    int at;
    int depth;
    int ranges;

    Parser(string source)
    {
        this.source = source;
        tokens = Lexer.Read(source);
    }

    /// <returns>Templates by name; the whole has an empty one.</returns>
    public static IReadOnlyDictionary<string, ListNode> Parse(string source)
    {
        var parser = new Parser(source);
        var (list, end) = parser.ReadList(isTop: true);
        if (end.Kind != TokenKind.End)
            throw parser.Error(end.Position, $"{end} has no beginning: no if, range, with, block or define precedes it.");
        parser.templates[""] = list;
        return parser.templates;
    }

    Token Peek() => tokens[at];

    Token PeekWord()
    {
        SkipSpace();
        return tokens[at];
    }

    Token Take() => tokens[at].Kind == TokenKind.End ? tokens[at] : tokens[at++];

    Token TakeWord()
    {
        SkipSpace();
        return Take();
    }

    void SkipSpace()
    {
        while (tokens[at].Kind == TokenKind.Space)
            at++;
    }

    /// <summary>Reads up to "end", "else" or the end of the file, which it takes.</summary>
    (ListNode List, Token End) ReadList(bool isTop = false)
    {
        if (++depth > MaximumDepth)
            throw Error(Peek().Position, $"Actions are nested deeper than {MaximumDepth} levels.");
        var nodes = new List<Node>();
        var start = Peek().Position;
        while (true)
        {
            var token = Take();
            switch (token.Kind)
            {
                case TokenKind.End:
                    depth--;
                    return (new(start, nodes), token);
                case TokenKind.Text:
                    nodes.Add(new TextNode(token.Position, token.Text));
                    break;
                default:
                    var word = PeekWord();
                    if (word is { Kind: TokenKind.Keyword, Text: "end" or "else" })
                    {
                        at++;
                        depth--;
                        return (new(start, nodes), word);
                    }
                    if (ReadAction(word, isTop) is { } node)
                        nodes.Add(node);
                    break;
            }
        }
    }

    /// <returns>Null for a definition.</returns>
    Node? ReadAction(Token word, bool isTop)
    {
        if (word.Kind != TokenKind.Keyword)
            return new ActionNode(word.Position, ReadPipeline("command", TokenKind.ActionEnd));
        at++;
        switch (word.Text)
        {
            case "if":
                return ReadBranch(word, BranchKind.If);
            case "range":
                return ReadBranch(word, BranchKind.Range);
            case "with":
                return ReadBranch(word, BranchKind.With);
            case "template":
                return new TemplateNode(word.Position, ReadName("template"), PeekWord().Kind == TokenKind.ActionEnd && Take().Kind == TokenKind.ActionEnd ? null : ReadPipeline("template", TokenKind.ActionEnd));
            case "block":
                var block = ReadName("block");
                var pipe = ReadPipeline("block", TokenKind.ActionEnd);
                ReadDefinition(word, block);
                return new TemplateNode(word.Position, block, pipe);
            case "define" when isTop:
                var name = ReadName("define");
                RequireActionEnd("define");
                ReadDefinition(word, name);
                return null;
            case "define":
                throw Error(word.Position, "define can't stand inside of another action. Move it to the outermost level.");
            case "break" or "continue" when ranges == 0:
                throw Error(word.Position, $"{word.Text} stands outside of range.");
            case "break":
                RequireActionEnd("break");
                return new BreakNode(word.Position);
            default:
                RequireActionEnd("continue");
                return new ContinueNode(word.Position);
        }
    }

    BranchNode ReadBranch(Token word, BranchKind kind)
    {
        var outer = variables.Count;
        var pipe = ReadPipeline(word.Text, TokenKind.ActionEnd);
        if (kind == BranchKind.Range)
            ranges++;
        var (body, end) = ReadList();
        if (kind == BranchKind.Range)
            ranges--;
        ListNode? otherwise = null;
        if (end.Text == "else")
        {
            var next = PeekWord();
            // "else if" and "else with" share the end of what they continue.
            if (next.Kind == TokenKind.Keyword && (kind, next.Text) is (BranchKind.If, "if") or (BranchKind.With, "with"))
            {
                if (++depth > MaximumDepth)
                    throw Error(next.Position, $"Actions are nested deeper than {MaximumDepth} levels.");
                at++;
                otherwise = new(next.Position, [ReadBranch(next, kind)]);
                depth--;
                variables.RemoveRange(outer, variables.Count - outer);
                return new(word.Position, kind, pipe, body, otherwise);
            }
            RequireActionEnd("else");
            (otherwise, end) = ReadList();
        }
        if (end.Kind == TokenKind.End)
            throw Error(word.Position, $"{word.Text} has no end: \"{{{{end}}}}\" is missing.");
        if (end.Text != "end")
            throw Error(end.Position, "A second else follows the first; \"{{end}}\" was expected.");
        RequireActionEnd("end");
        variables.RemoveRange(outer, variables.Count - outer);
        return new(word.Position, kind, pipe, body, otherwise);
    }

    void ReadDefinition(Token word, string name)
    {
        var (outerVariables, outerRanges) = (variables, ranges);
        (variables, ranges) = (["$"], 0);
        var (body, end) = ReadList();
        (variables, ranges) = (outerVariables, outerRanges);
        if (end.Kind == TokenKind.End)
            throw Error(word.Position, $"{word.Text} has no end: \"{{{{end}}}}\" is missing.");
        if (end.Text != "end")
            throw Error(end.Position, $"{word.Text} has no else.");
        RequireActionEnd("end");
        // One that has only blanks gives way to any other.
        if (templates.TryGetValue(name, out var present) && !IsBlank(present) && !IsBlank(body))
            throw Error(word.Position, $"Template \"{ByteText.ToUtf16(name)}\" is defined twice.");
        if (present is null || IsBlank(present))
            templates[name] = body;
    }

    static bool IsBlank(ListNode list) => list.Nodes.All(node => node is TextNode text && text.Text.AsSpan().Trim(" \t\r\n\v\f").IsEmpty);

    string ReadName(string keyword)
    {
        var token = TakeWord();
        return token.Kind == TokenKind.QuotedText
            ? Constants.Unquote(token, source)
            : throw Error(token.Position, $"{keyword} must be followed by a name in quotes; found {token}.");
    }

    void RequireActionEnd(string keyword)
    {
        var token = TakeWord();
        if (token.Kind != TokenKind.ActionEnd)
            throw Error(token.Position, $"{keyword} must be followed by \"}}}}\"; found {token}.");
    }

    TemplateException Error(int position, string message) => new(source, position, message);
}
