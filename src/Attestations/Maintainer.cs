namespace ImageSdk.Attestations;

/// <summary>The maintainer of a package.</summary>
/// <param name="Address">Of electronic mail; empty where there is none.</param>
/// <param name="IsGroup">Whether the name or the address is that of a team.</param>
sealed record Maintainer(string Name, string Address, bool IsGroup)
{
    static readonly string[] wordsOfGroups = ["team", "maintainers", "developers", "group", "project", "list", "packagers"];

    /// <summary>Reads "Name &lt;address&gt;"; null for an empty text.</summary>
    public static Maintainer? Parse(string text)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Trim().Trim('"');
        var address = open < 0 ? "" : text[(open + 1)..].TrimEnd().TrimEnd('>');
        if (name.Length == 0)
            name = address;
        if (name.Length == 0)
            return null;
        return new(name, IsAddress(address) ? address : "",
            address.Contains("@lists.", StringComparison.Ordinal) || name.Split(' ').Any(word => wordsOfGroups.Contains(word, StringComparer.OrdinalIgnoreCase)));
    }

    static bool IsAddress(string text) =>
        text.Split('@') is [{ Length: > 0 }, { Length: > 0 }] && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "@.+-_".Contains(letter, StringComparison.Ordinal));
}
