using System.Text;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Parsing;

/// <summary>Cuts a template into tokens. Comments and what trim markers take away are gone afterwards.</summary>
sealed class Lexer
{
    const string Blanks = " \t\r\n";

    static readonly HashSet<string> Keywords =
        ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

    readonly string source;
    readonly List<Token> tokens = [];
    int position;

    Lexer(string source) => this.source = source;

    public static List<Token> Read(string source)
    {
        var lexer = new Lexer(source);
        lexer.ReadAll();
        return lexer.tokens;
    }

    void ReadAll()
    {
        while (position < source.Length)
        {
            var start = position;
            var action = source.IndexOf("{{", position, StringComparison.Ordinal);
            var end = action < 0 ? source.Length : action;
            var text = source.AsSpan(start, end - start);
            if (action >= 0 && StartsWithTrimMarker(action + 2))
                text = text.TrimEnd(Blanks);
            if (!text.IsEmpty)
                Add(TokenKind.Text, text.ToString(), start);
            position = end;
            if (action >= 0)
                ReadAction();
        }
        Add(TokenKind.End, "", source.Length);
    }

    bool StartsWithTrimMarker(int at) => at + 1 < source.Length && source[at] == '-' && IsBlank(source[at + 1]);

    /// <summary>Whether an action ends here; a trim marker before the end is ignored.</summary>
    bool AtActionEnd(out bool trims)
    {
        trims = position + 1 < source.Length && IsBlank(source[position]) && source[position + 1] == '-' && Has("}}", position + 2);
        return trims || Has("}}", position);
    }

    bool Has(string text, int at) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

    void ReadAction()
    {
        var start = position;
        position += 2;
        if (StartsWithTrimMarker(position))
            position += 2;
        if (Has("/*", position))
        {
            var end = source.IndexOf("*/", position + 2, StringComparison.Ordinal);
            if (end < 0)
                throw Error(start, "A comment begins here and does not end: \"*/}}\" is missing.");
            position = end + 2;
            if (!AtActionEnd(out var trimsAfterComment))
                throw Error(position, "A comment has to fill its action: \"}}\" must follow \"*/\".");
            EndAction(trimsAfterComment);
            return;
        }
        Add(TokenKind.ActionStart, "{{", start);
        var parentheses = new Stack<int>();
        bool trims;
        while (!AtActionEnd(out trims))
        {
            if (position >= source.Length)
                throw Error(start, "An action begins here and does not end: \"}}\" is missing.");
            ReadToken(parentheses);
        }
        if (parentheses.TryPeek(out var open))
            throw Error(open, "The parenthesis is not closed: \")\" is missing before \"}}\".");
        Add(TokenKind.ActionEnd, "}}", position);
        EndAction(trims);
    }

    void EndAction(bool trims)
    {
        position += trims ? 4 : 2;
        if (!trims)
            return;
        while (position < source.Length && IsBlank(source[position]))
            position++;
    }

    void ReadToken(Stack<int> parentheses)
    {
        var start = position;
        var codePoint = ByteText.Decode(source, position, out var length);
        switch (codePoint)
        {
            case ' ' or '\t' or '\r' or '\n':
                while (position < source.Length && IsBlank(source[position]) && !AtActionEnd(out _))
                    position++;
                Add(TokenKind.Space, " ", start);
                return;
            case '"':
                ReadQuoted('"', TokenKind.QuotedText);
                return;
            case '\'':
                ReadQuoted('\'', TokenKind.Character);
                return;
            case '`':
                var end = source.IndexOf('`', position + 1);
                if (end < 0)
                    throw Error(start, "A text begins here and does not end: \"`\" is missing.");
                position = end + 1;
                Add(TokenKind.QuotedText, source[start..position], start);
                return;
            case '$':
                position++;
                ReadName();
                Add(TokenKind.Variable, source[start..position], start);
                return;
            case '.' when position + 1 >= source.Length || !char.IsAsciiDigit(source[position + 1]):
                position++;
                ReadName();
                Add(position == start + 1 ? TokenKind.Dot : TokenKind.Field, source[start..position], start);
                return;
            case '.' or '+' or '-' or (>= '0' and <= '9'):
                ReadNumber();
                return;
            case ':':
                if (!Has(":=", position))
                    throw Error(start, "\":\" must be followed by \"=\": a variable is declared by \":=\".");
                position += 2;
                Add(TokenKind.Declare, ":=", start);
                return;
            case '(':
                parentheses.Push(position++);
                Add(TokenKind.OpenParenthesis, "(", start);
                return;
            case ')':
                if (!parentheses.TryPop(out _))
                    throw Error(start, "\")\" closes nothing: no \"(\" precedes it.");
                position++;
                Add(TokenKind.CloseParenthesis, ")", start);
                return;
        }
        if (IsNameCharacter(codePoint))
        {
            ReadName();
            var word = source[start..position];
            Add(Keywords.Contains(word) ? TokenKind.Keyword : TokenKind.Identifier, word, start);
            return;
        }
        if (codePoint is <= ' ' or >= 0x7F)
            throw Error(start, $"The character U+{codePoint:X4} can't stand in an action.");
        position += length;
        Add(codePoint switch { '|' => TokenKind.Pipe, ',' => TokenKind.Comma, '=' => TokenKind.Assign, _ => TokenKind.Other }, source[start..position], start);
    }

    /// <summary>Letters, digits and "_"; what follows must be able to end a name.</summary>
    void ReadName()
    {
        while (position < source.Length && ByteText.Decode(source, position, out var length) is var codePoint && IsNameCharacter(codePoint))
            position += length;
        if (position < source.Length && !IsBlank(source[position]) && !".,|:()}".Contains(source[position], StringComparison.Ordinal))
            throw Error(position, $"\"{(char)source[position]}\" can't follow a name. Put a blank between them.");
    }

    void ReadQuoted(char quote, TokenKind kind)
    {
        var start = position++;
        for (; position < source.Length && source[position] != '\n'; position++)
        {
            if (source[position] == quote)
            {
                position++;
                Add(kind, source[start..position], start);
                return;
            }
            if (source[position] == '\\' && position + 1 < source.Length && source[position + 1] != '\n')
                position++;
        }
        throw Error(start, $"A text begins here and does not end on its line: {quote} is missing.");
    }

    void ReadNumber()
    {
        var start = position;
        var good = ScanNumber();
        var kind = TokenKind.Number;
        if (good && position < source.Length && source[position] is '+' or '-')
        {
            // 1+2i, without blanks.
            kind = TokenKind.Complex;
            good = ScanNumber() && source[position - 1] == 'i';
        }
        if (!good)
            throw Error(start, $"\"{ByteText.ToUtf16(source[start..position])}\" is no number.");
        Add(kind, source[start..position], start);
    }

    bool ScanNumber()
    {
        const string decimals = "0123456789_";
        Accept("+-");
        var digits = decimals;
        if (Accept("0"))
            digits = Accept("xX") ? "0123456789abcdefABCDEF_" : Accept("oO") ? "01234567_" : Accept("bB") ? "01_" : decimals;
        AcceptAll(digits);
        if (Accept("."))
            AcceptAll(digits);
        if (digits.Length == decimals.Length ? Accept("eE") : digits.Length > decimals.Length && Accept("pP"))
        {
            Accept("+-");
            AcceptAll(decimals);
        }
        Accept("i");
        if (position >= source.Length || !IsNameCharacter(ByteText.Decode(source, position, out var length)))
            return true;
        position += length;
        return false;
    }

    bool Accept(string characters)
    {
        if (position >= source.Length || !characters.Contains(source[position], StringComparison.Ordinal))
            return false;
        position++;
        return true;
    }

    void AcceptAll(string characters)
    {
        while (Accept(characters))
        {
        }
    }

    static bool IsBlank(char value) => value is ' ' or '\t' or '\r' or '\n';

    static bool IsNameCharacter(int codePoint) =>
        codePoint == '_' || (Rune.IsValid(codePoint) && (Rune.IsLetter(new Rune(codePoint)) || Rune.GetUnicodeCategory(new Rune(codePoint)) == System.Globalization.UnicodeCategory.DecimalDigitNumber));

    void Add(TokenKind kind, string text, int start) => tokens.Add(new(kind, text, start));

    TemplateException Error(int at, string message) => new(source, at, message);
}
