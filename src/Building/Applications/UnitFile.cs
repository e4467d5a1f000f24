using System.Text.RegularExpressions;

namespace ImageSdk.Building.Applications;

/// <summary>A unit file of systemd, as far as enabling it goes: what "systemctl enable" would link (systemd.unit(5)).</summary>
static partial class UnitFile
{
    public const string Folder = "usr/lib/systemd/system", Enabled = "etc/systemd/system";

    /// <summary>The links that enable a unit, without a leading slash.</summary>
    /// <param name="name">The unit's file name.</param>
    /// <param name="text">Its content.</param>
    public static IEnumerable<string> LinksOf(string name, string text)
    {
        foreach (var (key, words) in Install(text))
            foreach (var word in words)
                switch (key)
                {
                    case "WantedBy":
                        yield return $"{Enabled}/{word}.wants/{name}";
                        break;
                    case "RequiredBy":
                        yield return $"{Enabled}/{word}.requires/{name}";
                        break;
                    case "UpheldBy":
                        yield return $"{Enabled}/{word}.upholds/{name}";
                        break;
                    case "Alias" when word != name:
                        yield return $"{Enabled}/{word}";
                        break;
                }
    }

    static IEnumerable<(string Key, string[] Words)> Install(string text)
    {
        var isInstall = false;
        foreach (var line in text.ReplaceLineEndings("\n").Replace("\\\n", " ").Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
                isInstall = line == "[Install]";
            else if (isInstall && line is not ([] or ['#' or ';', ..]) && line.IndexOf('=') is > 0 and var at)
                yield return (line[..at].Trim(), line[(at + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
    }

    /// <summary>Whether a name, with or without ".service", can be that of a unit.</summary>
    public static bool IsName(string name) => UnitName().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9:_.\\-][A-Za-z0-9:_.\\@-]{0,200}$")]
    private static partial Regex UnitName();
}
