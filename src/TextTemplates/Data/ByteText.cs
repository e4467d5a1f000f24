using System.Buffers;
using System.Text;

namespace ImageSdk.TextTemplates.Data;

/// <summary>
/// Texts as the language has them, which are bytes: each character of such a string is one of them. So lengths, indexes and slices are
/// the language's, and bytes that are not UTF-8 pass through.
/// </summary>
static class ByteText
{
    public const int Replacement = 0xFFFD;

    public static string FromUtf16(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    public static string ToUtf16(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    public static bool IsContinuation(char value) => (value & 0xC0) == 0x80;

    /// <summary>The code point at an index; U+FFFD of length 1 for a byte that begins none.</summary>
    public static int Decode(string bytes, int at, out int length)
    {
        var first = bytes[at];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }
        Span<byte> four = stackalloc byte[4];
        var count = Math.Min(4, bytes.Length - at);
        for (var index = 0; index < count; index++)
            four[index] = (byte)bytes[at + index];
        if (Rune.DecodeFromUtf8(four[..count], out var rune, out length) == OperationStatus.Done)
            return rune.Value;
        length = 1;
        return Replacement;
    }

    public static StringBuilder AppendCodePoint(this StringBuilder text, int codePoint)
    {
        if (codePoint is >= 0 and < 0x80)
            return text.Append((char)codePoint);
        Span<byte> four = stackalloc byte[4];
        var length = (Rune.IsValid(codePoint) ? new Rune(codePoint) : Rune.ReplacementChar).EncodeToUtf8(four);
        foreach (var value in four[..length])
            text.Append((char)value);
        return text;
    }

    public static int CountCodePoints(string bytes)
    {
        var count = 0;
        for (var at = 0; at < bytes.Length; count++)
        {
            Decode(bytes, at, out var length);
            at += length;
        }
        return count;
    }

    /// <summary>The first code points.</summary>
    public static string Truncate(string bytes, int count)
    {
        var at = 0;
        for (; at < bytes.Length && count > 0; count--)
        {
            Decode(bytes, at, out var length);
            at += length;
        }
        return bytes[..at];
    }

    /// <summary>Whether the language's printing functions show a code point as it is.</summary>
    public static bool IsPrintable(int codePoint)
    {
        if (codePoint == ' ')
            return true;
        if (!Rune.IsValid(codePoint))
            return false;
        var category = Rune.GetUnicodeCategory(new Rune(codePoint));
        return category is not (System.Globalization.UnicodeCategory.SpaceSeparator or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator or System.Globalization.UnicodeCategory.Control
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Surrogate
            or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.OtherNotAssigned);
    }
}
