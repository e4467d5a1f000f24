using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ImageSdk.Packages;

namespace ImageSdk.Debian.Planning;

/// <summary>What a list of packages comes to in an image, as its apt has it.</summary>
/// <param name="Packages">All that is new, in the order in which apt unpacks them.</param>
/// <param name="Actions">What dpkg does, in order.</param>
/// <param name="Automatic">Names of those that came as dependencies, in the order in which apt notes them.</param>
/// <param name="Architecture">The image's own.</param>
/// <param name="Reason">
/// Why apt has to install it by itself, in a few words; null where it need not. Then there are no actions, and packages of other architectures
/// and newer versions of what is installed among the packages; none where it is not known what they need.
/// </param>
/// <param name="Lines">What apt says of it.</param>
/// <param name="PlannerLog">What apt gives its planner, compressed (xz); empty where a lock made the plan, which knows of no lists.</param>
sealed partial record PackagePlan(
    IReadOnlyList<PlannedPackage> Packages, IReadOnlyList<PackageAction> Actions, IReadOnlyList<string> Automatic, string Architecture,
    string? Reason, IReadOnlyList<string> Lines, byte[] PlannerLog)
{
    /// <summary>Names of packages that are there and count as automatic no more, be they listed or not.</summary>
    public IReadOnlyList<string> Manual { get; init; } = [];

    /// <summary>apt's notes of packages that came for others' sake as it leaves them (/var/lib/apt/extended_states); null where they are not known.</summary>
    public string? States { get; init; }

    /// <summary>What apt took for entries of the list that are no package's own name: virtual packages, tasks and patterns.</summary>
    public ILookup<string, string> ReadSelections() => Lines.Select(line => Selection().Match(line)).Where(match => match.Success)
        .ToLookup(match => match.Groups["entry"].Value, match => match.Groups["name"].Value, StringComparer.Ordinal);

    /// <summary>Whether apt knows of no newer version of anything that is installed.</summary>
    public bool FindsNothingNewer => Lines.Any(line => NothingNewer().IsMatch(line));

    [GeneratedRegex(@"^0 upgraded, \d+ newly installed, 0 to remove and 0 not upgraded\.$")]
    private static partial Regex NothingNewer();

    // "Note, selecting 'postfix' instead of 'mail-transport-agent'"; "Note, selecting 'apache2' for task 'web-server'"
    [GeneratedRegex("^Note, selecting '(?<name>[^':]+)(:[^']+)?' (instead of|for (task|regex|glob)) '(?<entry>[^']+)'$")]
    private static partial Regex Selection();

    public static PackagePlan ForApt(string reason, IReadOnlyList<string> lines) => new([], [], [], "", reason, lines, []);
}

/// <summary>What an upgrade of an image comes to.</summary>
/// <param name="Changes">Each package that changes, with its versions; empty where all is new enough.</param>
sealed record UpgradePlan(IReadOnlyList<string> Changes);

[JsonSerializable(typeof(PackagePlan))]
[JsonSerializable(typeof(UpgradePlan))]
[JsonSerializable(typeof(AptSettings))]
[JsonSerializable(typeof(AptSources))]
sealed partial class PlanJson : JsonSerializerContext;
