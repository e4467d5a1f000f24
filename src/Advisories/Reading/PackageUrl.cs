namespace ImageSdk.Advisories.Reading;

/// <summary>A package of a distribution by its package URL, as bills of materials have it.</summary>
sealed record PackageUrl(AuditedPackage Package, DistributionRelease? Release)
{
    /// <summary>"pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&amp;distro=debian-12&amp;upstream=openssl".</summary>
    /// <returns>Null for packages of other kinds, and what is none.</returns>
    public static PackageUrl? TryParse(string text)
    {
        if (!text.StartsWith("pkg:deb/", StringComparison.Ordinal) && !text.StartsWith("pkg:rpm/", StringComparison.Ordinal))
            return null;
        var (path, query) = Cut(text["pkg:".Length..].Split('#')[0], '?');
        if (path.LastIndexOf('@') is not (> 0 and var at) || path[..at].Split('/') is not [var type, .. var space, var encoded])
            return null;
        var (name, version) = (Uri.UnescapeDataString(encoded), Uri.UnescapeDataString(path[(at + 1)..]));
        var (distro, source, sourceVersion) = ("", "", "");
        foreach (var qualifier in query.Split('&'))
            switch (Cut(qualifier, '='))
            {
                case ("distro", var value):
                    distro = Uri.UnescapeDataString(value);
                    break;
                case ("epoch", { Length: > 0 } value) when type == "rpm":
                    version = $"{Uri.UnescapeDataString(value)}:{version}";
                    break;
                case ("upstream", var value):
                    // The parts are encoded each, or the whole.
                    (source, sourceVersion) = Cut(Uri.UnescapeDataString(value), '@');
                    break;
            }
        // Others name a source rpm by its file.
        if (source.EndsWith(".src.rpm", StringComparison.Ordinal) && source[..^".src.rpm".Length].Split('-') is [.. { Length: > 0 } parts, _, _])
            (source, sourceVersion) = (string.Join('-', parts), "");
        var (id, number) = Cut(distro, '-');
        // Of "opensuse-leap-15.6" the version is what is behind the last dash.
        if (distro.LastIndexOf('-') is > 0 and var dash)
            (id, number) = (distro[..dash], distro[(dash + 1)..]);
        else if (number.Length == 0 && space is [var vendor, ..])
            (id, number) = (vendor, distro);
        return name.Length == 0 || version.Length == 0 ? null : new(AuditedPackage.Of(name, version, source, sourceVersion), DistributionRelease.Of(id, number));
    }

    static (string, string) Cut(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, "");
}
