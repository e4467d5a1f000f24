namespace ImageSdk.Building.Applications;

/// <summary>Which packages of a distribution bring what deployed programs load.</summary>
static class NativePackages
{
    public const string Icu = "ICU", OpenSsl = "OpenSSL", TimeZones = "time zones", Authorities = "certificate authorities";

    /// <summary>What programs load by name while they run, and how files that do so are known.</summary>
    public static IReadOnlyList<(string Need, string Text, bool IsWide)> Loaded { get; } =
        [(Icu, "libicuuc.so", false), (OpenSsl, "libssl.so", false), (TimeZones, "/usr/share/zoneinfo/", true)];

    /// <summary>What each image with the C library has.</summary>
    static readonly string[] always =
        ["ld-linux", "libc.so.", "libm.so.", "libdl.so.", "libpthread.so.", "librt.so.", "libutil.so.", "libresolv.so.", "libanl.so.", "linux-vdso.so.", "libnss_", "liblttng-ust.so."];

    /// <summary>By need or by the beginning of a library's name. Null where the family has no name of its own for it.</summary>
    static readonly (string Need, string Deb, string? Rpm)[] packages =
    [
        // The package of the name in this place is in every release, and brings the library of that release.
        (Icu, "icu-devtools", "libicu"),
        (OpenSsl, "openssl", "openssl-libs"),
        (Authorities, "ca-certificates", "ca-certificates"),
        (TimeZones, "tzdata", "tzdata"),
        ("libicuuc.so.", "icu-devtools", "libicu"),
        ("libicui18n.so.", "icu-devtools", "libicu"),
        ("libssl.so.3", "openssl", "openssl-libs"),
        ("libcrypto.so.3", "openssl", "openssl-libs"),
        ("libstdc++.so.6", "libstdc++6", "libstdc++"),
        ("libgcc_s.so.1", "libgcc-s1", "libgcc"),
        ("libz.so.1", "zlib1g", "zlib"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2", "krb5-libs"),
        ("libbz2.so.1", "libbz2-1.0", "bzip2-libs"),
        ("libcap.so.2", "libcap2", "libcap"),
        ("libcrypt.so.1", "libcrypt1", null),
        ("libcurl.so.4", "libcurl4", "libcurl"),
        ("libexpat.so.1", "libexpat1", "expat"),
        ("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
        ("libfreetype.so.6", "libfreetype6", "freetype"),
        ("libGL.so.1", "libgl1", null),
        ("libgomp.so.1", "libgomp1", "libgomp"),
        ("liblzma.so.5", "liblzma5", "xz-libs"),
        ("libodbc.so.2", "libodbc2", "unixODBC"),
        ("libpq.so.5", "libpq5", null),
        ("libsqlite3.so.0", "libsqlite3-0", null),
        ("libsystemd.so.0", "libsystemd0", "systemd-libs"),
        ("libudev.so.1", "libudev1", "systemd-libs"),
        ("libuuid.so.1", "libuuid1", "libuuid"),
        ("libX11.so.6", "libx11-6", "libX11"),
        ("libxml2.so.2", "libxml2", "libxml2"),
        ("libzstd.so.1", "libzstd1", "libzstd"),
    ];

    /// <summary>Releases whose libraries are known by name, so that no program comes along with them.</summary>
    static readonly Dictionary<string, (string Icu, string OpenSsl)> releases = new()
    {
        ["bullseye"] = ("libicu67", "libssl1.1"),
        ["bookworm"] = ("libicu72", "libssl3"),
        ["trixie"] = ("libicu76", "libssl3t64"),
        ["jammy"] = ("libicu70", "libssl3"),
        ["noble"] = ("libicu74", "libssl3t64"),
    };

    public static bool IsAlwaysThere(string library) => always.Any(name => library.StartsWith(name, StringComparison.Ordinal));

    /// <param name="packager">deb or rpm.</param>
    /// <param name="release">Name of the release; empty where it is not known.</param>
    /// <returns>Null where it is in no known package.</returns>
    public static string? Find(string need, string packager, string release)
    {
        var (known, deb, rpm) = Array.Find(packages, package => need.StartsWith(package.Need, StringComparison.Ordinal));
        if (known is null)
            return null;
        if (packager == "rpm")
            return rpm;
        if (packager != "deb")
            return null;
        return releases.TryGetValue(release, out var names) ? deb switch { "icu-devtools" => names.Icu, "openssl" => names.OpenSsl, _ => deb } : deb;
    }
}
