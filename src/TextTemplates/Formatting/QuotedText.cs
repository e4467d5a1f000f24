using System.Text;
using ImageSdk.TextTemplates.Data;

namespace ImageSdk.TextTemplates.Formatting;

/// <summary>Texts in quotes, as Go source has them.</summary>
static class QuotedText
{
    public static string Of(string text, char quote, bool asciiOnly)
    {
        var result = new StringBuilder(text.Length + 2).Append(quote);
        for (var at = 0; at < text.Length;)
        {
            var codePoint = ByteText.Decode(text, at, out var length);
            if (codePoint == ByteText.Replacement && length == 1)
                result.Append($"\\x{(int)text[at]:x2}");
            else
                Append(result, codePoint, quote, asciiOnly);
            at += length;
        }
        return result.Append(quote).ToString();
    }

    public static string OfCodePoint(int codePoint, bool asciiOnly)
    {
        var result = new StringBuilder("'");
        Append(result, codePoint, '\'', asciiOnly);
        return result.Append('\'').ToString();
    }

    static void Append(StringBuilder result, int codePoint, char quote, bool asciiOnly)
    {
        var escape = "\a\b\f\n\r\t\v".IndexOf((char)codePoint, StringComparison.Ordinal);
        if (codePoint == quote || codePoint == '\\')
            result.Append('\\').Append((char)codePoint);
        else if (codePoint < 0x80 ? codePoint is >= ' ' and < 0x7F : !asciiOnly && ByteText.IsPrintable(codePoint))
            result.AppendCodePoint(codePoint);
        else if (codePoint < 0x80 && escape >= 0)
            result.Append('\\').Append("abfnrtv"[escape]);
        else
            result.Append(codePoint is < ' ' or 0x7F ? $"\\x{codePoint:x2}" : codePoint < 0x10000 ? $"\\u{codePoint:x4}" : $"\\U{codePoint:x8}");
    }

    /// <summary>Whether a text can stand between back-quotes on one line.</summary>
    public static bool CanBeRaw(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var codePoint = ByteText.Decode(text, at, out var length);
            if ((codePoint == ByteText.Replacement && length == 1) || codePoint is '`' or 0x7F or 0xFEFF || (codePoint < ' ' && codePoint != '\t'))
                return false;
            at += length;
        }
        return true;
    }
}
