using System.Globalization;
using System.Text;

namespace ImageSdk.Hosting.Logs;

/// <summary>
/// Texts of others in a line of the log: nothing in a name can end the line, look like another line, steer a terminal or turn
/// the order of what follows.
/// </summary>
public static class LogText
{
    // Characters; what is longer says nothing more to people. Traces of our own mistakes are shorter.
    const int MaxLength = 1 << 14;

    /// <summary>One line: control characters, separators of lines and marks of direction are written as escapes.</summary>
    public static string Clean(string text)
    {
        var shown = text.Length > MaxLength ? text.AsSpan(0, MaxLength) : text.AsSpan();
        if (!HasSpecial(shown))
            return text.Length == shown.Length ? text : $"{shown}{Rest(text)}";
        var clean = new StringBuilder(shown.Length + 16);
        foreach (var rune in shown.EnumerateRunes())
            Append(clean, rune);
        return text.Length == shown.Length ? clean.ToString() : clean.Append(Rest(text)).ToString();
    }

    static string Rest(string text) => $"… ({text.Length - MaxLength} more characters)";

    static bool HasSpecial(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (IsSpecial(rune))
                return true;
        return false;
    }

    static bool IsSpecial(Rune rune) => !rune.IsAscii
        ? rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        : Rune.IsControl(rune);

    static void Append(StringBuilder text, Rune rune)
    {
        if (!IsSpecial(rune))
            text.Append(rune.ToString());
        else
        {
            text.Append(rune.Value switch
            {
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                < 0x100 => $@"\x{rune.Value:x2}",
                <= char.MaxValue => $@"\u{rune.Value:x4}",
                _ => $@"\U{rune.Value:x8}",
            });
        }
    }
}
