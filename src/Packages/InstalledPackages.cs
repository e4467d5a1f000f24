using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Packages;

/// <summary>The packages of an image as dpkg's database has them (/var/lib/dpkg/status).</summary>
/// <param name="Names">Of what is installed.</param>
/// <param name="IsWhole">Whether nothing is left half done.</param>
/// <param name="Architecture">dpkg's own, which is the image's.</param>
sealed record InstalledPackages(IReadOnlySet<string> Names, bool IsWhole, string Architecture)
{
    static readonly string[] FieldsForApt =
    [
        "Package", "Status", "Version", "Architecture", "Multi-Arch", "Source", "Section", "Priority", "Installed-Size", "Essential", "Important",
        "Protected", "Pre-Depends", "Depends", "Recommends", "Suggests", "Enhances", "Breaks", "Conflicts", "Replaces", "Provides",
        "Triggers-Pending", "Triggers-Awaited",
    ];

    /// <summary>SHA-256 of name, version and architecture of all that is installed.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        ControlStanza.ReadAll(text).Where(stanza => stanza["Status"].EndsWith(" ok installed", StringComparison.Ordinal))
            .Select(stanza => $"{stanza["Package"]} {stanza["Version"]} {stanza["Architecture"]}").Order(StringComparer.Ordinal)))));

    /// <summary>What apt goes by, in words: of the fields of packages those that it reads, without dpkg's way of writing them.</summary>
    public static string DescribeForApt(string text) => string.Join('\n', ControlStanza.ReadAll(text)
        .Select(stanza => string.Join('|', FieldsForApt.Select(field => WithoutBlanks(stanza[field])))).Order(StringComparer.Ordinal));

    static string WithoutBlanks(string value) => string.Concat(value.Split(' '));

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
