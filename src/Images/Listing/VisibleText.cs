using System.Buffers;
using System.Text;

namespace ImageSdk.Images;

/// <summary>Writes bytes of a file system for people: one line, reversible, harmless on a terminal.</summary>
public static class VisibleText
{
    /// <summary>Backslashes are doubled; control characters and bytes that are not UTF-8 become "\n", "\t", "\x1b".</summary>
    public static string Of(ByteString bytes)
    {
        var text = new StringBuilder(bytes.Length);
        for (var rest = bytes.Span; !rest.IsEmpty;)
        {
            var isValid = Rune.DecodeFromUtf8(rest, out var rune, out var length) == OperationStatus.Done;
            if (!isValid)
                length = 1;
            if (!isValid || Rune.IsControl(rune))
                Escape(text, rest[..length]);
            else if (rune.Value == '\\')
                text.Append("\\\\");
            else
                text.Append(rune.ToString());
            rest = rest[length..];
        }
        return text.ToString();
    }

    static void Escape(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            text.Append(value switch
            {
                (byte)'\n' => "\\n",
                (byte)'\t' => "\\t",
                _ => $"\\x{value:x2}",
            });
        }
    }
}
