namespace ImageSdk.Advisories;

/// <summary>A release of a distribution, as both images and advisories can be matched by it.</summary>
/// <param name="Distribution">As os-release(5) has it: "debian", "ubuntu", "almalinux".</param>
/// <param name="Version">"12", "24.04"; of distributions whose minor releases share their packages the major version alone.</param>
public sealed record DistributionRelease(string Distribution, string Version)
{
    static readonly (string Distribution, string Version, string Codename)[] codenames =
    [
        ("debian", "9", "stretch"), ("debian", "10", "buster"), ("debian", "11", "bullseye"), ("debian", "12", "bookworm"), ("debian", "13", "trixie"),
        ("debian", "14", "forky"), ("debian", "15", "duke"), ("debian", "sid", "sid"),
        ("ubuntu", "16.04", "xenial"), ("ubuntu", "18.04", "bionic"), ("ubuntu", "20.04", "focal"), ("ubuntu", "22.04", "jammy"), ("ubuntu", "24.04", "noble"),
        ("ubuntu", "24.10", "oracular"), ("ubuntu", "25.04", "plucky"), ("ubuntu", "25.10", "questing"),
    ];

    static readonly string[] withMinorReleases = ["almalinux", "rocky", "rhel"];

    /// <summary>"bookworm"; empty where it is not known, or has none.</summary>
    public string Codename => codenames.FirstOrDefault(known => known.Distribution == Distribution && known.Version == Version).Codename ?? "";

    /// <summary>Whether versions are in rpm's order.</summary>
    public bool IsRpm => Distribution is not ("debian" or "ubuntu");

    /// <summary>Of its packages' versions.</summary>
    public IComparer<string> VersionOrder => IsRpm ? RpmVersion.Order : ImageSdk.Images.DebianVersion.Order;

    /// <param name="id">ID of os-release(5).</param>
    /// <param name="version">VERSION_ID; or a release's codename.</param>
    /// <returns>Null where the image does not say what it is.</returns>
    public static DistributionRelease? Of(string id, string version) => (id, version) switch
    {
        ("", _) or (_, "") => null,
        _ when codenames.FirstOrDefault(known => known.Distribution == id && known.Codename == version).Version is { } number => new(id, number),
        _ when withMinorReleases.Contains(id) => new(id, version.Split('.')[0]),
        _ => new(id, version),
    };

    /// <summary>By os-release(5) as a file.</summary>
    public static DistributionRelease? OfFile(string osRelease)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in osRelease.Split('\n'))
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"', '\'');
        var version = values.GetValueOrDefault("VERSION_ID", "");
        // Debian's testing has no number before it is released.
        return Of(values.GetValueOrDefault("ID", ""), version.Length > 0 ? version : values.GetValueOrDefault("VERSION_CODENAME", ""));
    }

    /// <summary>By a codename, or the name of a suite that begins with one: "bookworm-security".</summary>
    public static DistributionRelease? OfSuite(string suite) =>
        codenames.FirstOrDefault(known => suite.Split('-')[0] == known.Codename) is { Codename: not null } found ? new(found.Distribution, found.Version) : null;

    /// <summary>
    /// By an ecosystem of OSV: "Debian:12", "Ubuntu:22.04:LTS", "Ubuntu:Pro:18.04:LTS", "AlmaLinux:9".
    /// </summary>
    /// <param name="isElsewhere">Whether the packages of that ecosystem are in other archives than the release's own.</param>
    /// <returns>Null for what no image is: libraries of languages, distributions with packages of other kinds.</returns>
    public static DistributionRelease? OfEcosystem(string ecosystem, out bool isElsewhere)
    {
        var parts = ecosystem.Split(':');
        isElsewhere = parts is ["Ubuntu", not "", ..] && !char.IsAsciiDigit(parts[1][0]);
        return parts switch
        {
            ["Debian", var version, ..] => Of("debian", version),
            ["Ubuntu", ..] => parts.FirstOrDefault(part => part.Length > 0 && char.IsAsciiDigit(part[0])) is { } version ? Of("ubuntu", version) : null,
            ["AlmaLinux", var version, ..] => Of("almalinux", version),
            ["Rocky Linux", var version, ..] => Of("rocky", version),
            ["Red Hat", "enterprise_linux", var version, ..] => Of("rhel", version),
            ["openSUSE", ['L', 'e', 'a', 'p', ' ', .. var version], ..] => Of("opensuse-leap", version),
            _ => null,
        };
    }

    public override string ToString() => $"{Distribution} {Version}";
}
