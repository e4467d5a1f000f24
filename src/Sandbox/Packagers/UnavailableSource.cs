using System.Text.RegularExpressions;

namespace ImageSdk.Sandbox.Packagers;

/// <summary>A source of packages that an update could not bring up to date.</summary>
/// <param name="Source">Its address, and the release where it has one; without user and password.</param>
/// <param name="Reason">What apt says of it.</param>
sealed partial record UnavailableSource(string Source, string Reason)
{
    /// <summary>
    /// What apt-get has to be told, and by which locale, so that an update that lacks a source fails, and says so in the words that
    /// <see cref="Find"/> reads. Older ones ignore the option.
    /// </summary>
    public const string StrictOption = "APT::Update::Error-Mode=any";

    /// <summary>The sources that an update complained of, in its order; each once, with the first complaint.</summary>
    /// <param name="lines">All that <c>apt-get update</c> said in the locale C.</param>
    public static IReadOnlyList<UnavailableSource> Find(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => Patterns.Select(pattern => pattern.Match(line)).FirstOrDefault(match => match.Success)).OfType<Match>()
            .Select(match => new UnavailableSource(Describe(match), match.Groups["reason"].Value.Trim().TrimEnd('.'))).DistinctBy(found => found.Source),
    ];

    public override string ToString() => $"{Source} ({Reason})";

    static IEnumerable<Regex> Patterns => [Unfetched(), Outdated(), Refused()];

    static string Describe(Match match)
    {
        var uri = Credentials().Replace(match.Groups["uri"].Value, "://");
        if (match.Groups["suite"] is { Success: true, Value: var named })
            return named is "./" or "/" ? uri : $"{uri} {named}";
        if (DistributionList().Match(uri) is { Success: true } list)
            return $"{list.Groups["base"].Value} {list.Groups["suite"].Value}";
        return FlatList().Match(uri) is { Success: true } flat ? flat.Groups["base"].Value : uri;
    }

    // "W: Failed to fetch http://host/debian/dists/bookworm/InRelease  503  Service Unavailable"
    [GeneratedRegex(@"^[WE]: Failed to fetch (?<uri>\S+)\s+(?<reason>.*)$")]
    private static partial Regex Unfetched();

    // "E: Release file for http://host/debian/dists/bookworm/InRelease is expired (invalid since 3d). Updates for …"
    [GeneratedRegex(@"^[WE]: Release file for (?<uri>\S+) (?<reason>is (expired|not valid yet)[^.]*)")]
    private static partial Regex Outdated();

    // "E: The repository 'http://host/debian bookworm Release' is not signed."
    [GeneratedRegex(@"^[WE]: The repository '(?<uri>\S+) (?<suite>\S+) (In)?Release' (?<reason>(is not signed|is no longer signed|does not have|does no longer have|provides only weak).*)$")]
    private static partial Regex Refused();

    [GeneratedRegex("^(?<base>.+?)/*/dists/(?<suite>.+?)/(InRelease|Release|Release\\.gpg|[^/]+/(binary|source|i18n|by-hash|Contents|dep11)\\b.*)$")]
    private static partial Regex DistributionList();

    [GeneratedRegex(@"^(?<base>.+?)/(\./)?(InRelease|Release|Release\.gpg|Packages|Sources)(\.[a-z0-9]+)?$")]
    private static partial Regex FlatList();

    [GeneratedRegex(@"://[^/@\s]*@")]
    private static partial Regex Credentials();
}
