namespace ImageSdk.Building.DebianPackages;

/// <summary>The packages of an image as dpkg's database has them (/var/lib/dpkg/status).</summary>
/// <param name="Names">Of what is installed.</param>
/// <param name="IsWhole">Whether nothing is left half done.</param>
sealed record InstalledPackages(IReadOnlySet<string> Names, bool IsWhole)
{
    public static InstalledPackages Parse(string text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = true;
        foreach (var stanza in ControlStanza.ReadAll(text))
            switch (stanza["Status"].Split(' '))
            {
                case [_, "ok", "installed"]:
                    names.Add(stanza["Package"]);
                    break;
                case not [_, "ok", "config-files" or "not-installed"]:
                    isWhole = false;
                    break;
            }
        return new(names, isWhole);
    }
}
