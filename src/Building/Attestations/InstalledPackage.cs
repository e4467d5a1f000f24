using System.Text;
using ImageSdk.Building.DebianPackages;
using ImageSdk.Images;

namespace ImageSdk.Building.Attestations;

/// <summary>An installed package and all that its packager knows of it. What is not known is empty.</summary>
/// <param name="Name">Without the architecture.</param>
/// <param name="SourceName">The source package that it was built from.</param>
/// <param name="Maintainer">"Name &lt;address&gt;".</param>
/// <param name="Requirements">Groups of names of which one is needed.</param>
/// <param name="Provides">Names that it stands for besides its own.</param>
sealed record InstalledPackage(
    string Name, string Version, string Architecture, string SourceName, string SourceVersion, string Maintainer, string Homepage,
    string Summary, IReadOnlyList<IReadOnlyList<string>> Requirements, IReadOnlyList<string> Provides)
{
    /// <summary>SPDX expression; empty where nothing tells it.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Common licences that the copyright file mentions.</summary>
    public IReadOnlyList<string> CommonLicences { get; init; } = [];

    /// <summary>The packages whose files are there, of dpkg's database (/var/lib/dpkg/status), in the order of their names.</summary>
    public static IReadOnlyList<InstalledPackage> ReadStatus(ReadOnlySpan<byte> status) =>
    [
        .. ControlStanza.ReadAll(Encoding.UTF8.GetString(status)).Where(IsInstalled).Select(From)
            .OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal),
    ];

    /// <summary>Of an image whose packager left only a list of names.</summary>
    public static InstalledPackage From(Package package) => new(package.Name, package.Version, "", "", "", "", "", "", [], []);

    static bool IsInstalled(ControlStanza stanza) =>
        stanza["Package"].Length > 0 && stanza["Version"].Length > 0
        && stanza["Status"].Split(' ') is [.., not ("not-installed" or "config-files")];

    static InstalledPackage From(ControlStanza stanza)
    {
        var (name, version) = (stanza["Package"], stanza["Version"]);
        // "Source: glibc (2.36-9)", left out where it is the same.
        var source = stanza["Source"];
        var parenthesis = source.IndexOf(" (", StringComparison.Ordinal);
        return new(
            name, version, stanza["Architecture"],
            source.Length == 0 ? name : parenthesis < 0 ? source : source[..parenthesis],
            parenthesis < 0 ? version : source[(parenthesis + 2)..].TrimEnd(')'),
            stanza["Maintainer"], stanza["Homepage"], stanza["Description"],
            [.. new[] { "Pre-Depends", "Depends" }.SelectMany(field => Split(stanza[field], ',')).Select(group => (IReadOnlyList<string>)[.. Split(group, '|').Select(Bare)])],
            [.. Split(stanza["Provides"], ',').Select(Bare)]);
    }

    static string Bare(string requirement) => PackageRequirement.Parse(requirement).Name;

    static IEnumerable<string> Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
