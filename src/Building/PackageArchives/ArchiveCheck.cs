using System.Text.RegularExpressions;
using ImageSdk.Building.Downloads;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.PackageArchives;

/// <summary>What can be wrong with a project's archives without asking anyone.</summary>
static partial class ArchiveCheck
{
    static readonly string[] schemes = ["http", "https", "file", "copy"];

    /// <exception cref="BuildException">The first mistake: IMG1393, IMG1394.</exception>
    public static void Check(IReadOnlyList<PackageArchive> archives, LaunchpadSettings launchpad, string projectFile)
    {
        foreach (var (name, value) in new[] { ("LaunchpadAddress", launchpad.Api), ("LaunchpadArchiveAddress", launchpad.Archives), ("ImageKeyServer", launchpad.KeyServer) })
            if (!Uri.TryCreate(value, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new BuildException("IMG1394", $"{name} \"{value}\" is no address of a server. Give one that begins with https:// or http://.", projectFile);
        foreach (var archive in archives)
            if (FindFault(archive) is { } fault)
                throw new BuildException("IMG1393", $"ImagePackageArchive \"{archive.Name}\" {fault}.", archive.File is "" ? projectFile : archive.File);
        if (archives.GroupBy(archive => archive.FileName).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new BuildException("IMG1393", $"ImagePackageArchive \"{twice.Last().Name}\" is there twice: its files in /etc/apt would have one name ({twice.Key}).", twice.Last().File is { Length: > 0 } file ? file : projectFile);
    }

    static string? FindFault(PackageArchive archive)
    {
        if (archive.Name.StartsWith("ppa:", StringComparison.Ordinal))
            return !PersonalName().IsMatch(archive.Name) ? "is no name of an archive at Launchpad: expected ppa:OWNER/NAME"
                : archive.Uris.Count > 0 || archive.KeyFile.Length > 0 || archive.Fingerprint.Length > 0 ? "has its address and its key from Launchpad: remove URIs, KeyFile and Fingerprint"
                : FindWrongWord(archive);
        if (!FileName().IsMatch(archive.Name))
            return "is no name for a file that apt reads: use letters, digits, \"-\", \"_\" and \".\", beginning with a letter or a digit";
        if (archive.Uris.Count == 0)
            return "has no URIs";
        if (archive.Uris.FirstOrDefault(uri => !IsAddress(uri)) is { } wrong)
            return $"has the URI \"{wrong}\": expected one that begins with {string.Join(", ", schemes.Select(scheme => scheme + ":"))}";
        if (archive.KeyFile.Length == 0 && archive.Fingerprint.Length == 0 && archive.Key.Length == 0)
            return "has no key: give a KeyFile, or the Fingerprint of a key that a key server has";
        if (archive.Fingerprint.Length > 0 && !OpenPgpKey.IsFingerprint(archive.Fingerprint))
            return $"has the Fingerprint \"{archive.Fingerprint}\": expected all 40 or 64 hexadecimal digits of one";
        return FindWrongWord(archive);
    }

    // Uri does not take apt's own form of a folder, file:/PATH.
    static bool IsAddress(string uri) => uri.Split(':', 2) is [var scheme, var rest] && schemes.Contains(scheme)
        && (scheme is "file" or "copy" ? rest.StartsWith('/') : Uri.TryCreate(uri, UriKind.Absolute, out _));

    static string? FindWrongWord(PackageArchive archive) =>
        archive.Uris.Concat(archive.Suites).Concat(archive.Components).Concat(archive.Architectures).FirstOrDefault(word => !Word().IsMatch(word)) is { } wrong ? $"has \"{wrong}\", which apt cannot read"
        : archive.Suites.Any(suite => suite.EndsWith('/')) && (archive.Components.Count > 0 || archive.Suites.Any(suite => !suite.EndsWith('/'))) ? "mixes a suite that ends with \"/\", which has no components, with others"
        : null;

    [GeneratedRegex("^ppa:[a-z0-9][a-z0-9+.-]*(/[a-z0-9][a-z0-9+.-]*){1,2}$")]
    private static partial Regex PersonalName();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^[\x21-\x7E]+$")]
    private static partial Regex Word();
}
