using System.Text;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Packages;

namespace ImageSdk.Attestations;

/// <summary>Reads what dpkg's database knows of the packages of an image.</summary>
static class DpkgInventory
{
    /// <summary>The packages whose files are there, of dpkg's database (/var/lib/dpkg/status), in the order of their names.</summary>
    public static IReadOnlyList<InstalledPackage> Read(ReadOnlySpan<byte> status) =>
    [
        .. ControlStanza.ReadAll(Encoding.UTF8.GetString(status)).Where(IsInstalled).Select(From)
            .OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal),
    ];

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
