using System.Text.RegularExpressions;

namespace ImageSdk.Sandbox.Logging;

/// <summary>The end of a command's output, for the error where it fails.</summary>
sealed partial class LastLines
{
    public const int Kept = 20;

    /// <summary>Characters of a line.</summary>
    const int Longest = 500;

    readonly Queue<string> lines = new();

    public void Add(string line)
    {
        if (IsProgress(line))
            return;
        if (lines.Count == Kept)
            lines.Dequeue();
        lines.Enqueue(line.Length > Longest ? line[..Longest] + "…" : line);
    }

    public IReadOnlyList<string> ToList() => [.. lines];

    /// <summary>Whether a line only says how far something is, as dpkg's counts do.</summary>
    public static bool IsProgress(string line) => Progress().IsMatch(line);

    [GeneratedRegex(@"^\(Reading database \.\.\. *(\d+%)?$|^\s*(Progress: )?\[?\s*\d{1,3}(\.\d+)?\s?%\]?\s*$")]
    private static partial Regex Progress();

    /// <summary>For an error message.</summary>
    public static string Describe(IReadOnlyList<string> lines) =>
        lines.Count == 0 ? "It printed nothing." : "Last output:\n" + string.Join('\n', lines);
}
