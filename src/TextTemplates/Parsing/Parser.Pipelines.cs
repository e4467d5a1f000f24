using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Predefined;

namespace ImageSdk.TextTemplates.Parsing;

sealed partial class Parser
{
    /// <summary>Reads a pipeline and the token that ends it.</summary>
    PipeNode ReadPipeline(string context, TokenKind end)
    {
        if (++depth > MaximumDepth)
            throw Error(Peek().Position, $"Pipelines are nested deeper than {MaximumDepth} levels.");
        var start = PeekWord().Position;
        var (declared, assigns) = ReadDeclaration(context);
        var commands = new List<CommandNode>();
        while (true)
        {
            var token = PeekWord();
            if (token.Kind == end)
            {
                at++;
                break;
            }
            if (!StartsOperand(token))
                throw Error(token.Position, $"{token} can't stand in {context}.");
            commands.Add(ReadCommand());
        }
        depth--;
        if (commands.Count == 0)
            throw Error(start, $"{context} lacks a value.");
        foreach (var command in commands.Skip(1))
            if (command.Arguments[0] is ConstantNode or DotNode or NilNode)
                throw Error(command.Position, "A value can't be piped into something that is no function.");
        return new(start, declared, assigns, commands);
    }

    (IReadOnlyList<string> Variables, bool Assigns) ReadDeclaration(string context)
    {
        var declared = new List<string>();
        while (PeekWord() is { Kind: TokenKind.Variable } variable)
        {
            var start = at++;
            var next = PeekWord();
            if (next.Kind is TokenKind.Declare or TokenKind.Assign)
            {
                at++;
                Declare(variable.Text);
                return (declared, next.Kind == TokenKind.Assign);
            }
            if (next.Kind != TokenKind.Comma)
            {
                at = start;
                break;
            }
            at++;
            Declare(variable.Text);
            if (context != "range" || declared.Count > 1)
                throw Error(next.Position, $"{context} declares too many variables.");
            if (PeekWord().Kind is not (TokenKind.Variable or TokenKind.ActionEnd or TokenKind.CloseParenthesis))
                throw Error(PeekWord().Position, "range can only declare variables.");
        }
        return (declared, false);

        void Declare(string name)
        {
            declared.Add(name);
            variables.Add(name);
        }
    }

    static bool StartsOperand(Token token) => token.Kind is
        TokenKind.Identifier or TokenKind.Field or TokenKind.Variable or TokenKind.Dot or TokenKind.Number or TokenKind.Character
        or TokenKind.Complex or TokenKind.QuotedText or TokenKind.OpenParenthesis;

    CommandNode ReadCommand()
    {
        var arguments = new List<Node>();
        var start = PeekWord().Position;
        while (true)
        {
            if (StartsOperand(PeekWord()))
                arguments.Add(ReadOperand());
            var token = Take();
            if (token.Kind == TokenKind.Space)
                continue;
            if (token.Kind is TokenKind.ActionEnd or TokenKind.CloseParenthesis)
                at--;
            else if (token.Kind != TokenKind.Pipe)
                throw Error(token.Position, $"{token} can't follow a value. Put a blank between values.");
            break;
        }
        return arguments.Count > 0 ? new(start, arguments) : throw Error(start, "There is nothing between two \"|\".");
    }

    Node ReadOperand()
    {
        var token = Peek();
        var term = ReadTerm();
        if (Peek().Kind != TokenKind.Field)
            return term;
        var fields = new List<string>();
        while (Peek().Kind == TokenKind.Field)
            fields.Add(Take().Text[1..]);
        return term switch
        {
            FieldNode field => field with { Names = [.. field.Names, .. fields] },
            VariableNode variable => variable with { Fields = [.. variable.Fields, .. fields] },
            ConstantNode or DotNode or NilNode => throw Error(token.Position, $"{token} has no fields."),
            _ => new ChainNode(token.Position, term, fields),
        };
    }

    Node ReadTerm()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Dot:
                return new DotNode(token.Position);
            case TokenKind.Identifier when token.Text is "true" or "false":
                return new ConstantNode(token.Position, token.Text == "true");
            case TokenKind.Identifier when token.Text == "nil":
                return new NilNode(token.Position);
            case TokenKind.Identifier:
                return Functions.Table.ContainsKey(token.Text)
                    ? new FunctionNode(token.Position, token.Text)
                    : throw Error(token.Position, $"There is no function \"{ByteText.ToUtf16(token.Text)}\". A variable is written \".{ByteText.ToUtf16(token.Text)}\".");
            case TokenKind.Field:
                return new FieldNode(token.Position, [token.Text[1..]]);
            case TokenKind.Variable:
                return variables.Contains(token.Text)
                    ? new VariableNode(token.Position, token.Text, [])
                    : throw Error(token.Position, $"There is no variable \"{ByteText.ToUtf16(token.Text)}\". Declare it with \":=\" before; build variables are written \".NAME\".");
            case TokenKind.QuotedText:
                return new ConstantNode(token.Position, Constants.Unquote(token, source));
            case TokenKind.OpenParenthesis:
                return ReadPipeline("parentheses", TokenKind.CloseParenthesis) with { Position = token.Position };
            default:
                return new ConstantNode(token.Position, Constants.Number(token, source));
        }
    }
}
