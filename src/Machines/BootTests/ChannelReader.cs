using System.Globalization;
using System.Text;

namespace ImageSdk.Machines.BootTests;

/// <summary>
/// Finds messages in what comes from a machine. Nothing of that is trusted: lines that are no message, or longer than one can
/// be, are ignored.
/// </summary>
sealed class ChannelReader
{
    const int LongestLine = 4096;
    const int LongestWord = 32;

    static ReadOnlySpan<byte> Mark => "@imagesdk "u8;

    readonly byte[] line = new byte[LongestLine];
    int length;
    bool isTooLong;

    /// <summary>The messages whose lines end in these bytes.</summary>
    public IEnumerable<ChannelMessage> Read(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            var value = bytes.Span[at];
            if (value == '\n')
            {
                var message = isTooLong ? null : Parse(line.AsSpan(0, length));
                (length, isTooLong) = (0, false);
                if (message is not null)
                    yield return message;
            }
            else if (length == LongestLine)
                isTooLong = true;
            else
                line[length++] = value;
        }
    }

    static ChannelMessage? Parse(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\r');
        // Text without a line end may stand before it, if another process wrote to the port.
        var start = line.IndexOf(Mark);
        if (start < 0)
            return null;
        var rest = line[(start + Mark.Length)..];
        var blank = rest.IndexOf((byte)' ');
        var verb = blank < 0 ? rest : rest[..blank];
        var value = blank < 0 ? default : rest[(blank + 1)..];
        return verb switch
        {
            _ when verb.SequenceEqual("ready"u8) && IsWord(value) => new ChannelMessage.Ready(Encoding.ASCII.GetString(value)),
            _ when verb.SequenceEqual("done"u8) => new ChannelMessage.Done(),
            _ when verb.SequenceEqual("out"u8) && Decode(value) is { } bytes => new ChannelMessage.Output(bytes),
            _ when verb.SequenceEqual("exit"u8) && byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var code) => new ChannelMessage.Exit(code),
            _ => null,
        };
    }

    static bool IsWord(ReadOnlySpan<byte> value) => value.Length is > 0 and <= LongestWord && !value.ContainsAnyExceptInRange((byte)'a', (byte)'z');

    static byte[]? Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(Encoding.ASCII.GetString(text), bytes, out var count) ? bytes[..count] : null;
    }
}
