using System.Text;

namespace ImageSdk.Images.Text;

/// <summary>Writes JSON strings as the original does.</summary>
static class JsonText
{
    /// <summary>Puts a text in quotes. Besides what JSON demands, "&lt;", "&gt;", "&amp;" and the line separators are escaped.</summary>
    public static StringBuilder AppendQuoted(this StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => json.Append($"\\u{(int)character:x4}"),
                _ => json.Append(character),
            };
        }
        return json.Append('"');
    }
}
