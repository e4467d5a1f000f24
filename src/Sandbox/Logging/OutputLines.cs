using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Sandbox.Logging;

/// <summary>
/// Cuts what a program writes into lines. What comes before a carriage return was overwritten by what follows it, as a terminal
/// shows it: of a progress display the last state is left.
/// </summary>
static class OutputLines
{
    /// <summary>Bytes of a line that are kept where people read it; far more than is shown, so that a secret in it is seen whole.</summary>
    public const int LongestKept = 1 << 16;

    /// <summary>Reads to the end.</summary>
    /// <param name="longest">Bytes of a line after which the rest is left out.</param>
    /// <param name="take">Gets each line and how many bytes of it were left out.</param>
    public static void Read(Stream stream, int longest, Action<string, long> take)
    {
        var chunk = new byte[1 << 16];
        var line = new LineBuffer(longest);
        while (stream.Read(chunk) is > 0 and var count)
        {
            for (var rest = chunk.AsSpan(0, count); rest.Length > 0;)
            {
                var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
                if (end < 0)
                {
                    line.Append(rest);
                    break;
                }
                line.Append(rest[..end]);
                if (rest[end] == '\r')
                    line.Return();
                else
                    line.End(take);
                rest = rest[(end + 1)..];
            }
        }
        if (!line.IsEmpty)
            line.End(take);
    }

    /// <summary>Reads lines that are data: all of them, whole.</summary>
    public static void Read(Stream stream, Action<string> take) => Read(stream, int.MaxValue, (line, _) => take(line));

    sealed class LineBuffer(int longest)
    {
        readonly MemoryStream bytes = new();
        long leftOut;
        bool returned;

        public bool IsEmpty => bytes.Length == 0;

        public void Append(ReadOnlySpan<byte> part)
        {
            if (part.Length == 0)
                return;
            if (returned)
                Clear();
            var kept = (int)Math.Min(part.Length, longest - bytes.Length);
            bytes.Write(part[..kept]);
            leftOut += part.Length - kept;
        }

        // Only what follows overwrites; a line may end with both.
        public void Return() => returned = true;

        public void End(Action<string, long> take)
        {
            take(ShownBytes.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), leftOut);
            Clear();
        }

        void Clear()
        {
            bytes.SetLength(0);
            leftOut = 0;
            returned = false;
        }
    }
}
