using System.Text;
using ImageSdk.TextTemplates.Data;

namespace ImageSdk.TextTemplates.Predefined;

/// <summary>Texts made safe for HTML, JavaScript and queries of URLs.</summary>
static class Escaping
{
    public static string Html(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var value in text)
            _ = value switch
            {
                '\0' => result.AppendCodePoint(ByteText.Replacement),
                '"' => result.Append("&#34;"),
                '\'' => result.Append("&#39;"),
                '&' => result.Append("&amp;"),
                '<' => result.Append("&lt;"),
                '>' => result.Append("&gt;"),
                _ => result.Append(value),
            };
        return result.ToString();
    }

    public static string Script(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var codePoint = ByteText.Decode(text, at, out var length);
            _ = codePoint switch
            {
                '\\' or '\'' or '"' => result.Append('\\').Append((char)codePoint),
                '<' or '>' or '&' or '=' or < ' ' => result.Append($"\\u{codePoint:X4}"),
                < 0x80 => result.Append((char)codePoint),
                _ when ByteText.IsPrintable(codePoint) => result.Append(text, at, length),
                _ => result.Append($"\\u{codePoint:X4}"),
            };
            at += length;
        }
        return result.ToString();
    }

    public static string Query(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var value in text)
            _ = value == ' ' ? result.Append('+')
                : char.IsAsciiLetterOrDigit(value) || value is '-' or '_' or '.' or '~' ? result.Append(value)
                : result.Append($"%{(int)value:X2}");
        return result.ToString();
    }
}
