using System.Text;

namespace ImageSdk.Sandbox.Lending;

/// <summary>
/// The building machine's name servers, as commands in a root are given them: between two marks, by which they are found again
/// wherever a command has put them.
/// </summary>
static class MachineResolver
{
    const string FilePath = "/etc/resolv.conf";

    static ReadOnlySpan<byte> Begin => "# Name servers of the building machine: begin\n"u8;

    static ReadOnlySpan<byte> End => "# Name servers of the building machine: end\n"u8;

    /// <returns>Null where the machine has none.</returns>
    public static byte[]? Read()
    {
        try
        {
            if (!File.Exists(FilePath))
                return null;
            var own = File.ReadAllBytes(FilePath);
            return [.. Begin, .. own, .. own is [.., not (byte)'\n'] ? "\n"u8 : [], .. End];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a file has the machine's name servers in it.</summary>
    public static bool IsIn(ReadOnlySpan<byte> content) => content.IndexOf(Begin[..^1]) >= 0 || content.IndexOf(End[..^1]) >= 0;

    /// <summary>A file's content without them.</summary>
    /// <param name="lent">What <see cref="Read"/> gave.</param>
    public static byte[] TakeOut(ReadOnlySpan<byte> content, ReadOnlySpan<byte> lent)
    {
        var left = new List<byte>(content.Length);
        while (content.IndexOf(Begin) is var begin and >= 0 && content[begin..].IndexOf(End) is var length and >= 0)
        {
            left.AddRange(content[..begin]);
            content = content[(begin + length + End.Length)..];
        }
        left.AddRange(content);
        // A command may have moved lines about, or changed some.
        return IsIn([.. left]) ? TakeOutLines([.. left], lent) : [.. left];
    }

    /// <summary>Takes out each line that is one of the machine's.</summary>
    public static byte[] TakeOutLines(ReadOnlySpan<byte> content, ReadOnlySpan<byte> lent)
    {
        var own = Lines(lent).ToHashSet(StringComparer.Ordinal);
        var kept = Lines(content).Where(line => !own.Contains(line));
        return Encoding.Latin1.GetBytes(string.Concat(kept));
    }

    /// <summary>Whether all lines of a file are such as resolv.conf(5) has them.</summary>
    public static bool IsForm(ReadOnlySpan<byte> content) => Lines(content).All(line =>
        line.TrimStart() is "" or ['#' or ';', ..] || Keywords.Any(keyword => line.StartsWith(keyword, StringComparison.Ordinal)));

    static readonly string[] Keywords = ["nameserver", "search", "domain", "options", "sortlist"];

    // With their ends, and with every byte as it is.
    static List<string> Lines(ReadOnlySpan<byte> content)
    {
        var lines = new List<string>();
        for (var rest = Encoding.Latin1.GetString(content).AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOf('\n') is var at and >= 0 ? at + 1 : rest.Length;
            lines.Add(rest[..end].ToString());
            rest = rest[end..];
        }
        return lines;
    }

    /// <summary>The values of a keyword.</summary>
    public static IEnumerable<string> Values(ReadOnlySpan<byte> content, params string[] keywords)
    {
        List<string> values = [];
        foreach (var words in Lines(content).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            if (words.Length > 1 && keywords.Contains(words[0]))
                values.AddRange(words[1..]);
        return values;
    }
}
