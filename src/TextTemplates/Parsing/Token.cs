using ImageSdk.TextTemplates.Data;

namespace ImageSdk.TextTemplates.Parsing;

enum TokenKind
{
    /// <summary>What stands outside of actions.</summary>
    Text,
    ActionStart,
    ActionEnd,
    Space,
    Identifier,
    Keyword,

    /// <summary>".name".</summary>
    Field,

    /// <summary>"$name" or "$".</summary>
    Variable,
    Dot,
    Number,
    Character,
    Complex,
    QuotedText,
    Pipe,
    Comma,
    Declare,
    Assign,
    OpenParenthesis,
    CloseParenthesis,

    /// <summary>Any other visible character, which no action can hold.</summary>
    Other,
    End,
}

/// <param name="Position">In the template, in bytes.</param>
readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.ActionEnd => "\"}}\"",
        TokenKind.Space => "a blank",
        _ => $"\"{ByteText.ToUtf16(Text)}\"",
    };
}
