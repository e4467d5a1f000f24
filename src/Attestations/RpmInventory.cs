using System.Text.RegularExpressions;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Packages.Rpm;

namespace ImageSdk.Attestations;

/// <summary>What rpm's database knows of the packages of an image, in the form that bills of materials are made of.</summary>
static partial class RpmInventory
{
    /// <returns>In the order of their names; without public keys, which the database has as packages.</returns>
    public static IReadOnlyList<InstalledPackage> From(IReadOnlyList<RpmPackage> packages) =>
    [
        .. packages.Where(package => package.Name != "gpg-pubkey").Select(From)
            .OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Version, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal),
    ];

    /// <summary>Texts of the licences that SPDX has not got, by their LicenseRef.</summary>
    public static IReadOnlyDictionary<string, LicenceText> TextsOf(IReadOnlyList<RpmPackage> packages) => packages.Select(package => package.Licence).Where(licence => licence.Length > 0 && ExpressionOf(licence) is null)
        .DistinctBy(ReferenceTo).OrderBy(ReferenceTo, StringComparer.Ordinal).ToDictionary(ReferenceTo, licence => new LicenceText(licence, $"The package names its licence without the text: {licence}"));

    static InstalledPackage From(RpmPackage package)
    {
        var (source, version) = ParseSource(package.Source);
        // A source is built into packages of its own epoch, which the name of its file does not have.
        if (version == $"{package.Version}-{package.Release}")
            version = package.FullVersion;
        return new(package.Name, package.FullVersion, package.Architecture, source, version, package.Packager, package.Url, package.Summary,
            [.. package.Requires.Distinct().Select(name => (IReadOnlyList<string>)[name])], package.Provides)
        {
            Licence = package.Licence.Length == 0 ? "" : ExpressionOf(package.Licence) ?? ReferenceTo(package.Licence),
            Vendor = package.Vendor,
        };
    }

    // "NAME-VERSION-RELEASE.src.rpm".
    static (string Name, string Version) ParseSource(string file) => SourceFile().Match(file) is { Success: true } match ? (match.Groups["name"].Value, match.Groups["version"].Value) : ("", "");

    /// <summary>SPDX's form of a licence; null where not all of its names are known.</summary>
    static string? ExpressionOf(string licence)
    {
        if (licence.AsSpan().ContainsAny('(', ')', ','))
            return null;
        var isKnown = true;
        var expression = LicenceExpression.Parse(Operators().Replace(licence, match => match.Value.ToLowerInvariant()), name =>
        {
            // "GPLv2+", as older distributions write it.
            var known = LicenceNames.Find(Family().Replace(name, "$1-$2"));
            isKnown &= known is not null;
            return LicenceExpression.Of(known ?? name);
        });
        return isKnown ? expression?.ToString() : null;
    }

    static string ReferenceTo(string licence) =>
        $"LicenseRef-rpm-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(licence)).AsSpan(0, 8))}";

    [GeneratedRegex(@"^(?<name>.+)-(?<version>[^-]+-[^-]+)\.(?:no)?src\.rpm$")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"(?<= )(?:AND|OR|WITH)(?= )")]
    private static partial Regex Operators();

    [GeneratedRegex(@"^(A?L?GPL)v([1-3](?:\.[0-9])?)", RegexOptions.IgnoreCase)]
    private static partial Regex Family();
}
