namespace ImageSdk.Attestations;

/// <summary>
/// SPDX identifiers of licences by the short names that Debian's copyright files use (the machine-readable format 1.0 names
/// some, the archive's habits the others), and of the exceptions to them.
/// </summary>
static class LicenceNames
{
    /// <summary>Identifiers that copyright files use as they are, in whatever case.</summary>
    static readonly Dictionary<string, string> identifiers = new[]
    {
        "0BSD", "AFL-2.1", "AFL-3.0", "Apache-1.0", "Apache-1.1", "Apache-2.0", "APSL-2.0", "Artistic-1.0", "Artistic-1.0-Perl", "Artistic-2.0",
        "Beerware", "BSD-1-Clause", "BSD-2-Clause", "BSD-2-Clause-Patent", "BSD-3-Clause", "BSD-4-Clause", "BSD-4-Clause-UC", "BSD-Source-Code",
        "BSL-1.0", "bzip2-1.0.6", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-2.0", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0",
        "CC-PDDC", "CC0-1.0", "CDDL-1.0", "CDDL-1.1", "CECILL-2.1", "ClArtistic", "CPL-1.0", "curl", "ECL-2.0", "EFL-2.0", "EPL-1.0", "EPL-2.0",
        "EUPL-1.1", "EUPL-1.2", "FSFAP", "FSFUL", "FSFULLR", "FTL", "HPND", "HPND-sell-variant", "IBM-pibs", "ICU", "IJG", "Info-ZIP", "Intel",
        "IPL-1.0", "ISC", "JSON", "Latex2e", "Libpng", "LPL-1.02", "LPPL-1.2", "LPPL-1.3a", "LPPL-1.3c", "MirOS", "MIT", "MIT-0", "MIT-CMU",
        "MPL-1.0", "MPL-1.1", "MPL-2.0", "MS-PL", "MulanPSL-2.0", "NAIST-2003", "NCSA", "NTP", "OFL-1.0", "OFL-1.1", "OLDAP-2.8", "OpenSSL",
        "PHP-3.01", "PostgreSQL", "PSF-2.0", "Python-2.0", "QPL-1.0", "RSA-MD", "Ruby", "SGI-B-2.0", "Sleepycat", "SMLNJ", "Spencer-94", "SSH-short",
        "SunPro", "TCL", "TCP-wrappers", "Unicode-3.0", "Unicode-DFS-2015", "Unicode-DFS-2016", "Unicode-TOU", "Unlicense", "UPL-1.0", "Vim", "W3C",
        "WTFPL", "X11", "Xnet", "YPL-1.1", "Zlib", "zlib-acknowledgement", "ZPL-2.1",
    }.ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    static readonly Dictionary<string, string> others = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Artistic"] = "Artistic-1.0-Perl",
        ["Apache-2"] = "Apache-2.0",
        ["ASL-2.0"] = "Apache-2.0",
        ["Boost-1.0"] = "BSL-1.0",
        ["BSD-2"] = "BSD-2-Clause",
        ["BSD-3"] = "BSD-3-Clause",
        ["BSD-4"] = "BSD-4-Clause",
        ["BZIP"] = "bzip2-1.0.6",
        ["CC0"] = "CC0-1.0",
        ["Expat"] = "MIT",
        ["PSF-2"] = "PSF-2.0",
        ["Unicode"] = "Unicode-TOU",
        ["ZLIB/LIBPNG"] = "Zlib",
    };

    /// <summary>Licences that have "only" and "or later" forms: their versions.</summary>
    static readonly Dictionary<string, string[]> families = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AGPL"] = ["1.0", "3.0"],
        ["GFDL"] = ["1.1", "1.2", "1.3"],
        ["GPL"] = ["1.0", "2.0", "3.0"],
        ["LGPL"] = ["2.0", "2.1", "3.0"],
    };

    static readonly Dictionary<string, string> exceptions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Bison"] = "Bison-exception-2.2",
        ["Bison-2.2"] = "Bison-exception-2.2",
        ["Classpath"] = "Classpath-exception-2.0",
        ["Classpath-2.0"] = "Classpath-exception-2.0",
        ["Font"] = "Font-exception-2.0",
        ["GCC"] = "GCC-exception-3.1",
        ["GCC-Runtime-Library"] = "GCC-exception-3.1",
        ["Libtool"] = "Libtool-exception",
        ["Linux-syscall-note"] = "Linux-syscall-note",
        ["LLVM"] = "LLVM-exception",
    };

    /// <summary>The identifier of a licence; null for one that SPDX has not got, or that the name does not tell.</summary>
    public static string? Find(string name) =>
        identifiers.TryGetValue(name, out var identifier) || others.TryGetValue(name, out identifier) ? identifier : FindInFamily(name);

    /// <summary>The identifier of an exception, by the words between "with" and "exception".</summary>
    public static string? FindException(string name) => exceptions.GetValueOrDefault(name.Trim().Replace(' ', '-'));

    // "GPL-2", "GPL-2.0+", "LGPL-2.1-or-later", "GFDL-NIV-1.3+".
    static string? FindInFamily(string name)
    {
        var laterSuffix = new[] { "+", "-or-later" }.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
        var rest = name;
        if (laterSuffix is not null)
            rest = rest[..^laterSuffix.Length];
        else if (rest.EndsWith("-only", StringComparison.OrdinalIgnoreCase))
            rest = rest[..^"-only".Length];
        var dash = rest.LastIndexOf('-');
        if (dash <= 0)
            return null;
        var (family, version) = (rest[..dash], rest[(dash + 1)..]);
        var extra = "";
        if (family.Equals("GFDL-NIV", StringComparison.OrdinalIgnoreCase))
            (family, extra) = ("GFDL", "-no-invariants");
        if (!version.Contains('.', StringComparison.Ordinal))
            version += ".0";
        return families.TryGetValue(family, out var versions) && versions.Contains(version)
            ? $"{family.ToUpperInvariant()}-{version}{extra}{(laterSuffix is null ? "-only" : "-or-later")}"
            : null;
    }
}
