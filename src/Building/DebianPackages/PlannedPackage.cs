namespace ImageSdk.Building.DebianPackages;

/// <summary>A package that apt would install.</summary>
/// <param name="Requirements">What it depends on, also before it is unpacked: groups of which one name each is needed.</param>
/// <param name="Provides">Names that it stands for besides its own.</param>
sealed record PlannedPackage(
    DebianPackage Package, IReadOnlyList<IReadOnlyList<PackageRequirement>> Requirements, IReadOnlyList<string> Provides)
{
    /// <param name="stanza">What the package lists say of it.</param>
    public static PlannedPackage From(DebianPackage package, ControlStanza stanza) => new(
        package,
        [.. new[] { "Pre-Depends", "Depends" }.SelectMany(field => Split(stanza[field], ',')).Select(group => (IReadOnlyList<PackageRequirement>)[.. Split(group, '|').Select(PackageRequirement.Parse)])],
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
