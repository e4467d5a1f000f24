using System.Globalization;
using System.Numerics;
using System.Text;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;

namespace ImageSdk.TextTemplates.Parsing;

/// <summary>Numbers, characters and texts as Go writes them.</summary>
static class Constants
{
    /// <summary>An integer (64 bits), a real or a complex number.</summary>
    public static object Number(Token token, string source)
    {
        var text = token.Text;
        switch (token.Kind)
        {
            case TokenKind.Character:
                var at = 1;
                var last = text.Length - 1;
                if (at < last && TakeCharacter(text, ref at, '\'', out var codePoint, out _) && at == last)
                    return (long)codePoint;
                throw Error("is no character");
            case TokenKind.Complex:
                var split = text.AsSpan(1).LastIndexOfAny("+-") + 1;
                // A sign behind an exponent belongs to it.
                if (text[split - 1] is 'e' or 'E' or 'p' or 'P')
                    split = text.AsSpan(0, split).LastIndexOfAny("+-");
                return new Complex(Real(text[..split]), Real(text[split..^1]));
        }
        if (text.EndsWith('i'))
            return new Complex(0, Real(text[..^1]));
        if (TryInteger(text, out var integer, out var overflows))
            return overflows ? throw Error("is too large for an integer") : integer;
        if (text.AsSpan().IndexOfAny(".eEpP") < 0)
            throw Error("is no number");
        return Real(text);

        double Real(string part) =>
            TryReal(part, out var value) ? value : throw Error("is no number");

        TemplateException Error(string what) => new(source, token.Position, $"{token} {what}.");
    }

    static bool TryInteger(string text, out long value, out bool overflows)
    {
        (value, overflows) = (0, false);
        var negative = text[0] == '-';
        var digits = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = digits[1] switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 8 };
            digits = digits[(char.IsAsciiLetter(digits[1]) ? 2 : 1)..];
            // Between a prefix and the digits, too.
            if (digits.Length > 0 && digits[0] == '_')
                digits = digits[1..];
        }
        if (digits.Length == 0 || digits[0] == '_' || digits[^1] == '_')
            return false;
        var sum = BigInteger.Zero;
        for (var index = 0; index < digits.Length; index++)
        {
            if (digits[index] == '_' && digits[index - 1] != '_')
                continue;
            if (!char.IsAsciiHexDigit(digits[index]) || Convert.ToInt32(digits[index].ToString(), 16) is var digit && digit >= radix)
                return false;
            sum = sum * radix + Convert.ToInt32(digits[index].ToString(), 16);
        }
        sum = negative ? -sum : sum;
        overflows = sum < long.MinValue || sum > long.MaxValue;
        value = overflows ? 0 : (long)sum;
        return true;
    }

    static bool TryReal(string text, out double value)
    {
        value = 0;
        var sign = text.Length > 0 && text[0] == '-' ? -1.0 : 1.0;
        var body = text.TrimStart('+', '-');
        if (body.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return TryHexReal(body[2..].Replace("_", ""), sign, out value);
        var plain = body.Replace("_", "");
        if (plain.Length == 0 || body[0] == '_' || body.EndsWith('_') || body.Contains("__", StringComparison.Ordinal)
            || !double.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value))
            return false;
        value *= sign;
        return double.IsFinite(value);
    }

    static bool TryHexReal(string text, double sign, out double value)
    {
        value = 0;
        var exponentAt = text.IndexOfAny(['p', 'P']);
        if (exponentAt < 1 || !int.TryParse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
            return false;
        var mantissa = text[..exponentAt];
        var point = mantissa.IndexOf('.');
        var digits = mantissa.Replace(".", "");
        if (digits.Length is 0 or > 64 || !BigInteger.TryParse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum))
            return false;
        if (point >= 0)
            exponent -= 4 * (digits.Length - point);
        value = sign * Math.ScaleB((double)sum, exponent);
        return double.IsFinite(value);
    }

    /// <summary>The text between the quotes.</summary>
    public static string Unquote(Token token, string source)
    {
        var text = token.Text;
        if (text[0] == '`')
            return text[1..^1].Replace("\r", "");
        var result = new StringBuilder(text.Length);
        for (var at = 1; at < text.Length - 1;)
        {
            if (!TakeCharacter(text, ref at, '"', out var value, out var isByte))
                throw new TemplateException(source, token.Position + at, $"{token} has an escape that is not known.");
            if (isByte)
                result.Append((char)value);
            else
                result.AppendCodePoint(value);
        }
        return result.ToString();
    }

    /// <param name="isByte">Whether it is one byte and no code point.</param>
    static bool TakeCharacter(string text, ref int at, char quote, out int value, out bool isByte)
    {
        isByte = false;
        value = text[at];
        if (value == quote)
            return false;
        if (value != '\\')
        {
            // Bytes that are no text stay what they are.
            value = ByteText.Decode(text, at, out var length);
            if (value == ByteText.Replacement && length == 1)
                (value, isByte) = (text[at], true);
            at += length;
            return true;
        }
        if (at + 1 >= text.Length - 1 && text[at + 1] != quote)
            return false;
        var letter = text[at + 1];
        at += 2;
        switch (letter)
        {
            case 'x':
                isByte = quote == '"';
                return TakeDigits(text, ref at, 2, 16, out value);
            case 'u':
                return TakeDigits(text, ref at, 4, 16, out value) && Rune.IsValid(value);
            case 'U':
                return TakeDigits(text, ref at, 8, 16, out value) && Rune.IsValid(value);
            case >= '0' and <= '7':
                at--;
                isByte = quote == '"';
                return TakeDigits(text, ref at, 3, 8, out value) && value < 256;
            case '\'' or '"':
                value = letter;
                return letter == quote;
        }
        var index = "abfnrtv\\".IndexOf(letter, StringComparison.Ordinal);
        if (index < 0)
            return false;
        value = "\a\b\f\n\r\t\v\\"[index];
        return true;
    }

    static bool TakeDigits(string text, ref int at, int count, int radix, out int value)
    {
        value = 0;
        for (; count > 0; count--, at++)
        {
            if (at >= text.Length - 1 || !char.IsAsciiHexDigit(text[at]))
                return false;
            var digit = Convert.ToInt32(text[at].ToString(), 16);
            if (digit >= radix)
                return false;
            value = value * radix + digit;
        }
        return true;
    }
}
