using System.Text.RegularExpressions;

namespace ImageSdk.Contracts.Settings;

/// <summary>A unit file of systemd, as far as enabling it goes: what "systemctl enable" would link (systemd.unit(5)).</summary>
public static partial class UnitFile
{
    /// <summary>Where packages and the project have units, and where links and units of the administrator are; without a leading slash.</summary>
    public const string Folder = "usr/lib/systemd/system", Enabled = "etc/systemd/system";

    /// <summary>The kinds of units that there are.</summary>
    public static IReadOnlyList<string> Suffixes { get; } = [".service", ".socket", ".timer", ".path", ".mount", ".automount", ".swap", ".target", ".slice"];

    /// <summary>The links that enable a unit, without a leading slash.</summary>
    /// <param name="name">The unit's file name; of a template, the instance's.</param>
    /// <param name="text">Its content.</param>
    public static IEnumerable<string> LinksOf(string name, string text)
    {
        var instance = name;
        if (IsTemplate(name))
        {
            // A template is enabled as the instance that it names itself.
            if (Install(text).LastOrDefault(line => line.Key == "DefaultInstance").Words is not [var given, ..])
                yield break;
            instance = name.Replace("@.", $"@{given}.", StringComparison.Ordinal);
        }
        foreach (var (key, words) in Install(text))
            foreach (var word in words.Select(word => Resolve(word, instance)))
                switch (key)
                {
                    case "WantedBy":
                        yield return $"{Enabled}/{word}.wants/{instance}";
                        break;
                    case "RequiredBy":
                        yield return $"{Enabled}/{word}.requires/{instance}";
                        break;
                    case "UpheldBy":
                        yield return $"{Enabled}/{word}.upholds/{instance}";
                        break;
                    case "Alias" when word != instance:
                        yield return $"{Enabled}/{word}";
                        break;
                }
    }

    /// <summary>Units that are enabled and disabled with it.</summary>
    public static IEnumerable<string> Companions(string name, string text) =>
        Install(text).Where(line => line.Key == "Also").SelectMany(line => line.Words).Select(word => Resolve(word, name)).Where(word => word != name);

    /// <summary>Whether a unit says how it is enabled.</summary>
    public static bool HasInstall(string text) => Install(text).Any();

    /// <summary>Whether a name is one of a template: "getty@.service".</summary>
    public static bool IsTemplate(string name) => name.Contains("@.", StringComparison.Ordinal);

    /// <summary>The template of an instance; null where the name is none of an instance.</summary>
    public static string? TemplateOf(string name) =>
        name.IndexOf('@') is >= 0 and var at && name.LastIndexOf('.') is var dot && dot > at + 1 ? name[..(at + 1)] + name[dot..] : null;

    /// <summary>A name with the suffix that systemctl supposes where there is none.</summary>
    public static string WithSuffix(string name) => Suffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)) ? name : name + ".service";

    // Specifiers that make sense in [Install] (systemd.unit(5)).
    static string Resolve(string word, string unit)
    {
        if (!word.Contains('%', StringComparison.Ordinal))
            return word;
        var plain = unit[..unit.LastIndexOf('.')];
        var at = plain.IndexOf('@');
        var (prefix, instance) = at < 0 ? (plain, "") : (plain[..at], plain[(at + 1)..]);
        return word.Replace("%i", instance).Replace("%I", instance).Replace("%n", unit).Replace("%N", plain).Replace("%p", prefix).Replace("%%", "%");
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
