using System.Text.Json.Serialization;

namespace ImageSdk.Packages;

/// <summary>A package that apt would install.</summary>
/// <param name="Requirements">What it depends on, also before it is unpacked: groups of which one name each is needed.</param>
/// <param name="Provides">Names that it stands for besides its own.</param>
sealed record PlannedPackage(
    DebianPackage Package, IReadOnlyList<IReadOnlyList<PackageRequirement>> Requirements, IReadOnlyList<string> Provides)
{
    static readonly string[] Dependencies = ["Pre-Depends", "Depends"];

    /// <summary>What makes newer versions of packages that are there come along.</summary>
    static readonly string[] Conflicts = ["Breaks", "Conflicts"];

    /// <summary>Whether its architecture is not the image's own.</summary>
    public bool IsForeign { get; init; }

    /// <summary>What it is called in the image: "libc6", "libc6:i386".</summary>
    [JsonIgnore]
    public string Name => IsForeign ? $"{Package.Name}:{Package.Architecture}" : Package.Name;

    /// <param name="stanza">What the package lists say of it.</param>
    public static PlannedPackage From(DebianPackage package, ControlStanza stanza) => From(package, stanza, Dependencies);

    /// <summary>A package of a plan that changes packages which are there: what it conflicts with changes with it.</summary>
    /// <param name="architecture">The image's own.</param>
    public static PlannedPackage FromChange(DebianPackage package, ControlStanza stanza, string architecture) =>
        From(package, stanza, [.. Dependencies, .. Conflicts]) with { IsForeign = package.Architecture != architecture && package.Architecture != "all" };

    static PlannedPackage From(DebianPackage package, ControlStanza stanza, IReadOnlyList<string> fields) => new(
        package,
        [.. fields.SelectMany(field => Split(stanza[field], ',')).Select(group => (IReadOnlyList<PackageRequirement>)[.. Split(group, '|').Select(PackageRequirement.Parse)])],
        [.. Split(stanza["Provides"], ',').Select(provided => PackageRequirement.Parse(provided).Name)]);

    static IEnumerable<string> Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>One name of a dependency.</summary>
/// <param name="IsVersioned">Whether only some of its versions will do.</param>
sealed record PackageRequirement(string Name, bool IsVersioned)
{
    /// <summary>Reads "libc6 (>= 2.34)", "perl:any".</summary>
    public static PackageRequirement Parse(string text)
    {
        var end = text.AsSpan().IndexOfAny(" (:[<");
        return new(end < 0 ? text : text[..end], text.Contains('(', StringComparison.Ordinal));
    }
}
