using System.Text.RegularExpressions;

namespace ImageSdk.Machines.BootTests;

/// <summary>What a program wrote for a terminal, as plain text.</summary>
static partial class TerminalText
{
    public static string WithoutSequences(string text) => text.Contains('\e') ? Sequence().Replace(text, "") : text;

    // Control sequences (colours, positions) and the short ones of two characters.
    [GeneratedRegex(@"\e(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_]|[()][0-9A-B]|.?)")]
    private static partial Regex Sequence();
}
