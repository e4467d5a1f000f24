using System.Globalization;
using System.Net;
using System.Text;

namespace ImageSdk.Contracts.Diagnostics;

/// <summary>A text with the escapes of one notation undone, and where in the original each of its characters was written.</summary>
sealed class UnescapedText
{
    /// <summary>Of an entity of HTML: "&#x10ffff;".</summary>
    const int LongestEntity = 10;

    readonly StringBuilder text;
    readonly List<int> starts;

    UnescapedText(int capacity) => (text, starts) = (new(capacity), new(capacity + 1));

    public string Text { get; private set; } = "";

    /// <summary>What a part of the text was in the original.</summary>
    public Range RangeOf(int start, int length) => starts[start]..starts[start + length];

    /// <summary>
    /// The text in every notation that may be in it: percent-encoding, with "+" for a blank and without; the backslashes of JSON, of C and of
    /// shells; entities of HTML.
    /// </summary>
    public static IEnumerable<UnescapedText> Of(string text)
    {
        if (text.Contains('%'))
            yield return Undo(text, (UnescapedText result, int at) => result.Percent(text, at, plusIsBlank: false));
        if (text.Contains('+'))
            yield return Undo(text, (UnescapedText result, int at) => result.Percent(text, at, plusIsBlank: true));
        if (text.Contains('\\'))
            yield return Undo(text, (UnescapedText result, int at) => result.Backslash(text, at));
        if (text.Contains('&'))
            yield return Undo(text, (UnescapedText result, int at) => result.Entity(text, at));
    }

    /// <param name="next">Adds what is written at a place, and returns where it ends; the same place where nothing is escaped there.</param>
    static UnescapedText Undo(string text, Func<UnescapedText, int, int> next)
    {
        var result = new UnescapedText(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var end = next(result, at);
            if (end == at)
                result.Add(text[at], at++);
            else
                at = end;
        }
        result.starts.Add(text.Length);
        result.Text = result.text.ToString();
        return result;
    }

    void Add(char character, int start)
    {
        text.Append(character);
        starts.Add(start);
    }

    int Percent(string from, int at, bool plusIsBlank)
    {
        if (from[at] == '+' && plusIsBlank)
        {
            Add(' ', at);
            return at + 1;
        }
        return Bytes(from, at, "%");
    }

    int Backslash(string from, int at)
    {
        if (from[at] != '\\' || at + 1 == from.Length)
            return at;
        if (from[at + 1] == 'x' && Bytes(from, at, "\\x") is var end && end > at)
            return end;
        if (from[at + 1] == 'u' && TryHexadecimal(from, at + 2, 4) is { } unit)
        {
            Add((char)unit, at);
            return at + 6;
        }
        Add(from[at + 1] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var literal => literal }, at);
        return at + 2;
    }

    int Entity(string from, int at)
    {
        if (from[at] != '&' || from.IndexOf(';', at, Math.Min(LongestEntity, from.Length - at)) is var last && last < 0)
            return at;
        var entity = from[at..(last + 1)];
        var decoded = WebUtility.HtmlDecode(entity);
        if (decoded == entity)
            return at;
        foreach (var character in decoded)
            Add(character, at);
        return last + 1;
    }

    /// <summary>A character of UTF-8 of which each byte is a mark and two hexadecimal digits.</summary>
    int Bytes(string from, int at, string mark)
    {
        Span<byte> bytes = stackalloc byte[4];
        var width = mark.Length + 2;
        var count = 0;
        while (count < bytes.Length && string.CompareOrdinal(from, at + count * width, mark, 0, mark.Length) == 0 && TryHexadecimal(from, at + count * width + mark.Length, 2) is { } value)
            bytes[count++] = (byte)value;
        if (count == 0 || Rune.DecodeFromUtf8(bytes[..count], out var rune, out var used) != System.Buffers.OperationStatus.Done)
            return at;
        Span<char> characters = stackalloc char[2];
        foreach (var character in characters[..rune.EncodeToUtf16(characters)])
            Add(character, at);
        return at + used * width;
    }

    static int? TryHexadecimal(string from, int at, int digits) =>
        at + digits <= from.Length && int.TryParse(from.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}
