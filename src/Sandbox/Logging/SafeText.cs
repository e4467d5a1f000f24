using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.Sandbox.Logging;

/// <summary>Text of a program as it may be shown: it moves no cursor, colours nothing, and has an end.</summary>
static partial class SafeText
{
    /// <summary>Characters of a line that are shown.</summary>
    public const int Longest = 4096;

    /// <param name="leftOut">Bytes that are missing already.</param>
    public static string Show(string line, long leftOut = 0) => Show(line, leftOut, static text => text);

    /// <param name="leftOut">Bytes that are missing already.</param>
    /// <param name="mask">Takes out what may not be shown, where that is whole: colours may be in the middle of it.</param>
    public static string Show(string line, long leftOut, Func<string, string> mask)
    {
        if (line.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0 || line.AsSpan().IndexOfAnyInRange('\x7f', '\x9f') >= 0)
        {
            // A colour may also begin or end what is looked for.
            line = Escape(mask(Sequence().Replace(mask(line), "")));
        }
        else
        {
            line = mask(line);
        }
        if (line.Length > Longest)
        {
            var end = char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest;
            leftOut += Encoding.UTF8.GetByteCount(line.AsSpan(end));
            line = line[..end];
        }
        return leftOut > 0 ? $"{line}… ({leftOut} bytes left out)" : line;
    }

    static string Escape(string line)
    {
        var text = new StringBuilder(line.Length + 16);
        foreach (var character in line)
            if (char.IsControl(character) && character != '\t')
                text.Append($"\\x{(int)character:X2}");
            else
                text.Append(character);
        return text.ToString();
    }

    // Colours and cursor movements (ECMA-48: CSI), titles of windows (OSC).
    [GeneratedRegex("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\)|[()][0-9A-Za-z])")]
    private static partial Regex Sequence();
}
