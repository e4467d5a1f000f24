namespace ImageSdk.Building.DebianPackages;

/// <summary>The packages of an image as dpkg's database has them (/var/lib/dpkg/status).</summary>
/// <param name="Names">Of what is installed.</param>
/// <param name="IsWhole">Whether nothing is left half done.</param>
/// <param name="Architecture">dpkg's own, which is the image's.</param>
sealed record InstalledPackages(IReadOnlySet<string> Names, bool IsWhole, string Architecture)
{
    public static InstalledPackages Parse(string text)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = true;
        var architecture = "";
        foreach (var stanza in ControlStanza.ReadAll(text))
            switch (stanza["Status"].Split(' '))
            {
                case [_, "ok", "installed"]:
                    names.Add(stanza["Package"]);
                    if (stanza["Package"] == "dpkg")
                        architecture = stanza["Architecture"];
                    break;
                case not [_, "ok", "config-files" or "not-installed"]:
                    isWhole = false;
                    break;
            }
        return new(names, isWhole && architecture.Length > 0, architecture);
    }
}
