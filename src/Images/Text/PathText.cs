using System.Buffers;
using System.Text;

namespace ImageSdk.Images.Text;

/// <summary>Reads the bytes of a path as code points, each byte that is not part of valid UTF-8 as one U+FFFD.</summary>
/// <remarks>
/// The decoders of the platform put one replacement for a whole broken sequence; the original puts one for each byte,
/// and an expression such as <c>a..b</c> sees the difference.
/// </remarks>
static class PathText
{
    public const int Replacement = 0xFFFD;

    /// <summary>Decodes the first code point and says how many bytes it took: 1 where it is a replacement.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, out int length)
    {
        if (Rune.DecodeFromUtf8(bytes, out var rune, out length) == OperationStatus.Done)
            return rune.Value;
        length = 1;
        return Replacement;
    }

    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var codePoint = Decode(bytes, out var length);
            if (codePoint <= char.MaxValue)
                text.Append((char)codePoint);
            else
                text.Append(char.ConvertFromUtf32(codePoint));
            bytes = bytes[length..];
        }
        return text.ToString();
    }
}
