using System.Text;
using ImageSdk.Contracts.Inspection;

namespace ImageSdk.Attestations;

/// <summary>Names of packages that every tool understands (package-url, "purl").</summary>
static class PackageUrl
{
    /// <param name="packager">"deb", "rpm", or empty for what is neither.</param>
    public static string Of(InstalledPackage package, string packager, OsRelease system)
    {
        var url = new StringBuilder("pkg:").Append(packager.Length > 0 ? packager : "generic").Append('/');
        if (packager.Length > 0 && system.Id.Length > 0)
            Append(url, system.Id).Append('/');
        var (version, epoch) = (package.Version, "");
        if (packager == "rpm")
            (epoch, version) = SplitEpoch(DashFor(version));
        Append(Append(url, packager == "deb" ? package.Name.ToLowerInvariant() : package.Name).Append('@'), version);
        var separator = '?';
        Qualify("arch", package.Architecture);
        if (packager.Length > 0)
            Qualify("distro", system.Distribution);
        Qualify("epoch", epoch);
        if (package.SourceName.Length > 0 && (package.SourceName, package.SourceVersion) != (package.Name, package.Version))
            Qualify("upstream", package.SourceVersion == package.Version ? package.SourceName : $"{package.SourceName}@{package.SourceVersion}");
        return url.ToString();

        void Qualify(string name, string value)
        {
            if (value.Length == 0)
                return;
            Append(url.Append(separator).Append(name).Append('='), value);
            separator = '&';
        }
    }

    // Of rpm, it has a place of its own.
    static (string Epoch, string Version) SplitEpoch(string version) => version.IndexOf(':', StringComparison.Ordinal) is > 0 and var at ? (version[..at], version[(at + 1)..]) : ("", version);

    // The list of packages has "VERSION_RELEASE", and a version seldom an underscore of its own; the database has a dash.
    static string DashFor(string version) =>
        !version.Contains('-', StringComparison.Ordinal) && version.IndexOf('_', StringComparison.Ordinal) is > 0 and var at ? $"{version[..at]}-{version[(at + 1)..]}" : version;

    static StringBuilder Append(StringBuilder url, string text)
    {
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~' or (byte)':')
                url.Append((char)value);
            else
                url.Append('%').Append(value.ToString("X2"));
        }
        return url;
    }
}
