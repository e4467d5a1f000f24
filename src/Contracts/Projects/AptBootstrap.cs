using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Contracts.Projects;

/// <summary>
/// What the built-in bootstrap is to make: a Debian or Ubuntu root of packages that the host's apt picks. Written as a
/// command line whose program is <see cref="Program"/>, as for the tools that do the same:
/// <code>apt --distribution=debian --variant=minbase --architecture=amd64 [--include=a,b] [--components=main,contrib] bookworm [MIRROR…]</code>
/// </summary>
/// <param name="Distribution">"debian" or "ubuntu".</param>
/// <param name="Release">"bookworm".</param>
/// <param name="Variant">One of <see cref="Variants"/>.</param>
/// <param name="Include">Packages beyond those of the variant.</param>
/// <param name="Mirrors">Addresses of mirrors, or whole lines of a sources.list; none for the distribution's own.</param>
sealed record AptBootstrap(
    string Distribution, string Release, string Variant, string Architecture,
    IReadOnlyList<string> Components, IReadOnlyList<string> Include, IReadOnlyList<string> Mirrors)
{
    public const string Program = "apt";

    /// <summary>"minbase" and "required" are one; "important" is what debootstrap makes by default.</summary>
    public static IReadOnlyList<string> Variants { get; } = ["essential", "minbase", "required", "buildd", "important", "standard"];

    public static bool Is(IReadOnlyList<string> command) => command is [Program, ..];

    /// <param name="command">Expanded, the program first.</param>
    /// <exception cref="BuildException">It is none that is understood: IMG2015.</exception>
    public static AptBootstrap Parse(IReadOnlyList<string> command)
    {
        var bootstrap = new AptBootstrap("debian", "", "minbase", "", ["main"], [], []);
        var words = new List<string>();
        foreach (var argument in command.Skip(1))
        {
            var (name, value) = argument.IndexOf('=') is var at and > 0 && argument.StartsWith("--", StringComparison.Ordinal)
                ? (argument[..at], argument[(at + 1)..])
                : (argument, "");
            bootstrap = name switch
            {
                "--distribution" => bootstrap with { Distribution = value },
                "--variant" => bootstrap with { Variant = value },
                "--architecture" => bootstrap with { Architecture = value },
                "--components" => bootstrap with { Components = List(value) },
                "--include" => bootstrap with { Include = [.. bootstrap.Include, .. List(value)] },
                ['-', ..] => throw Wrong($"knows no option \"{argument}\": it has --include=PACKAGE,… and --components=NAME,…"),
                _ => bootstrap,
            };
            if (!argument.StartsWith('-'))
                words.Add(argument);
        }
        if (words is not [var release, .. var mirrors])
            throw Wrong("needs the name of a release");
        bootstrap = bootstrap with { Release = release, Mirrors = [.. mirrors] };
        bootstrap.Check();
        return bootstrap;
    }

    void Check()
    {
        if (!Variants.Contains(Variant))
            throw Wrong($"knows no variant \"{Variant}\": it has {string.Join(", ", Variants)}");
        if (Distribution is not ("debian" or "ubuntu"))
            throw Wrong($"knows no distribution \"{Distribution}\": it has debian and ubuntu");
        // They become parts of apt's patterns and of sources.list.
        foreach (var word in (string[])[Release, Architecture, .. Components, .. Include])
            if (word.Length == 0 || word[0] == '-' || !word.All(letter => char.IsAsciiLetterOrDigit(letter) || "+-.:_=~/".Contains(letter)))
                throw Wrong($"cannot use \"{word}\" as the name of a release, architecture, component or package");
        foreach (var mirror in Mirrors)
            if (mirror.Any(char.IsControl) || !mirror.StartsWith("deb ", StringComparison.Ordinal) && (mirror.Contains(' ') || !mirror.Contains(':')))
                throw Wrong($"cannot use \"{mirror}\" as a mirror: expected an address, or a line of sources.list that begins with \"deb \"");
    }

    static string[] List(string value) => value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);

    static BuildException Wrong(string what) => new("IMG2015",
        $"The built-in bootstrap {what}. Correct BootstrapOptions and its kin, or set BootstrapTool to mmdebstrap or debootstrap.");

    /// <summary>The image's sources.list, as mmdebstrap writes it.</summary>
    public string SourcesList()
    {
        var components = string.Join(' ', Components);
        if (Mirrors.Count > 0)
            return string.Concat(Mirrors.Select(mirror =>
                mirror.StartsWith("deb ", StringComparison.Ordinal) ? $"{mirror}\n" : $"deb {mirror} {Release} {components}\n"));
        var (main, security) = (Distribution, Architecture) switch
        {
            ("ubuntu", "amd64" or "i386") => ("http://archive.ubuntu.com/ubuntu", "http://security.ubuntu.com/ubuntu"),
            ("ubuntu", _) => ("http://ports.ubuntu.com/ubuntu-ports", "http://ports.ubuntu.com/ubuntu-ports"),
            _ => ("http://deb.debian.org/debian", "http://security.debian.org/debian-security"),
        };
        var list = $"deb {main} {Release} {components}\n";
        // What is always being made has no updates beside it.
        if (Release is "sid" or "unstable" or "testing" or "experimental")
            return list;
        // Debian named its security updates otherwise until buster.
        var suite = Release is "buster" or "stretch" or "jessie" ? $"{Release}/updates" : $"{Release}-security";
        return $"{list}deb {main} {Release}-updates {components}\ndeb {security} {suite} {components}\n";
    }

    /// <summary>
    /// Whether /bin and its kin are links into /usr from the start, as debootstrap makes them. In later releases packages see to that, in
    /// earlier ones nothing does.
    /// </summary>
    public bool MergesUsr => (Distribution, Release) is ("debian", "buster" or "bullseye") or ("ubuntu", "focal") && Variant != "buildd";

    /// <summary>Names the sources, so that builds from the same ones share what apt knows of them.</summary>
    public string SourcesKey() => CacheKey.IdOf(CacheKey.Of(Distribution, Architecture, SourcesList()));

    /// <summary>apt's pattern for the packages that a root cannot do without.</summary>
    public string EssentialPattern() => Narrow("?essential");

    /// <summary>What is installed on top of the essential packages: names and a pattern.</summary>
    public IReadOnlyList<string> RestPatterns() =>
        [.. RestNames(), .. RestPriorities() is { Count: > 0 } priorities ? [Narrow($"?and({AnyOf(priorities)},?not(?essential))")] : (string[])[]];

    /// <summary>Names among that.</summary>
    public IReadOnlyList<string> RestNames() =>
    [
        .. Include, .. Variant == "buildd" ? ["build-essential"] : (string[])[],
        // In Debian it is among the required packages. Without it nothing could be installed on the root.
        .. Distribution == "ubuntu" && Variant != "essential" ? ["apt"] : (string[])[],
    ];

    /// <summary>Priorities whose packages are among that.</summary>
    public IReadOnlyList<string> RestPriorities() => Variant switch
    {
        "essential" => [],
        "important" => ["required", "important"],
        "standard" => ["required", "important", "standard"],
        _ => ["required"],
    };

    static string AnyOf(IReadOnlyList<string> priorities)
    {
        List<string> patterns = [.. priorities.Select(priority => $"?priority({priority})")];
        return patterns is [var only] ? only : $"?or({string.Join(',', patterns)})";
    }

    string Narrow(string pattern) => $"?narrow(?or(?archive(^{Release}$),?codename(^{Release}$)),?architecture({Architecture}),{pattern})";
}
