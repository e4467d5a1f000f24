using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Contracts.Messages;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Trees;

namespace ImageSdk.Debian.Planning;

/// <summary>Asks an image's apt what it would do, in the sandbox and without doing it.</summary>
/// <param name="context">Of a root with current lists. What apt notes there is thrown away.</param>
/// <param name="architecture">The image's own.</param>
sealed partial class AptPlanner(StageContext context, AptSettings settings, string architecture)
{
    const string NowhereReason = "apt does not say where the packages are";

    readonly Lazy<PackageLists?> lists = new(() => AptLists.TryRead(context));

    /// <summary>What a list of packages comes to.</summary>
    /// <exception cref="ImageSdk.Contracts.Diagnostics.BuildException">One is not known (IMG4002), or apt finds no way (IMG4003).</exception>
    public PackagePlan PlanInstall(IReadOnlyList<PackageRequest> packages)
    {
        if (settings is { OtherDpkgSetting: { } setting, HasOnlyHooks: false })
            return PackagePlan.ForApt($"apt's configuration has {setting}", Simulate(packages));
        if (RunDry(packages) is not { } dryRun)
            return PackagePlan.ForApt(NowhereReason, Simulate(packages));
        // What follows is of fetching and installing.
        List<string> said = [.. dryRun.Lines.TakeWhile(line => !Summary().IsMatch(line))];
        if (dryRun.Lines.Skip(said.Count).FirstOrDefault() is not { } summary)
            return PackagePlan.ForApt("apt does not say what it would do", said);
        said.Add(summary);
        if (!HaveDigests(dryRun.Fetched))
            return PackagePlan.ForApt(NowhereReason, said);
        var fetched = DebianPackage.ParseUriLines(dryRun.Fetched);
        if (FindChange(summary, fetched) is { } change)
            return PlanChange(change, fetched, dryRun, said);
        var count = Summary().Match(summary).Groups["new"].Value;
        if (count == "0")
            return new([], [], [], architecture, null, said, []);
        var actions = dryRun.ReadActions();
        var versions = fetched.DistinctBy(package => package.Name).ToDictionary(package => package.Name, package => package.Version, StringComparer.Ordinal);
        List<string> order = [.. actions.Where(action => action.Unpacks).Select(action => action.Name)];
        if (count != $"{versions.Count}" || order.Count != versions.Count || !versions.Keys.All(order.ToHashSet().Contains))
            return PackagePlan.ForApt(NowhereReason, said);
        // Which packages count as automatic depends on sections too (APT::Never-MarkAuto-Sections and its kin): apt is the one to say.
        var (markedBefore, marked) = (AptExtendedStates.Automatic(AptExtendedStates.Read(context.Handle)), AptExtendedStates.Automatic(dryRun.ExtendedStates));
        List<(string Name, string Version)> planned = [.. order.Select(name => (name, versions[name]))];
        return Describe(planned, fetched, AskStanzas(planned), out var reason) is { } described
            ? new(described, actions, [.. marked.Except(markedBefore)], architecture, null, said, AptLogs.Compress(dryRun.PlannerLog))
            {
                Manual = [.. markedBefore.Except(marked)], States = dryRun.ExtendedStates,
            }
            : PackagePlan.ForApt(reason, said);
    }

    /// <summary>What only apt does, in a few words; null where a plan does nothing but install new packages.</summary>
    string? FindChange(string summary, IReadOnlyList<DebianPackage> fetched)
    {
        var groups = Summary().Match(summary).Groups;
        if (groups["upgraded"].Value != "0" || groups["otherwise"].Length > 0 || groups["removed"].Value != "0")
            return $"apt would do more than install new packages ({summary})";
        if (fetched.FirstOrDefault(package => package.Architecture != architecture && package.Architecture != "all") is { } foreign)
            return $"apt would do more than install new packages ({foreign})";
        return settings.OtherDpkgSetting is { } setting ? $"apt's configuration has {setting}" : null;
    }

    /// <summary>A plan that apt carries out itself, in steps where the lists say what its packages need.</summary>
    PackagePlan PlanChange(string reason, IReadOnlyList<DebianPackage> fetched, DryRun dryRun, IReadOnlyList<string> said)
    {
        if (AskStanzas([.. fetched.Select(package => ($"{package.Name}:{package.Architecture}", package.Version))]) is not { } stanzas)
            return PackagePlan.ForApt(reason, said);
        var known = stanzas.DistinctBy(stanza => (stanza["Package"], stanza["Version"], stanza["Architecture"])).ToDictionary(stanza => (stanza["Package"], stanza["Version"], stanza["Architecture"]));
        var planned = new List<PlannedPackage>();
        foreach (var package in fetched.DistinctBy(package => (package.Name, package.Architecture)))
            if (known.TryGetValue((package.Name, package.Version, package.Architecture), out var stanza))
                planned.Add(PlannedPackage.FromChange(package, stanza, architecture));
            else
                return PackagePlan.ForApt(reason, said);
        return new(planned, [], [], architecture, reason, said, []) { States = dryRun.ExtendedStates };
    }

    DryRun? RunDry(IReadOnlyList<PackageRequest> packages)
    {
        var dryRun = new AptDryRun(context);
        List<string> names = [.. packages.Select(package => package.Name)];
        var closure = RootFile.TryRead(context.Handle, DpkgStatus.File) is { } status ? DependencyClosure.TryTake(lists.Value, status, names) : null;
        return (closure is null ? null : dryRun.Install(names, closure)) ?? dryRun.Install(names, null);
    }

    /// <summary>What apt says without going through with it.</summary>
    IReadOnlyList<string> Simulate(IReadOnlyList<PackageRequest> packages)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment([GenericPackager.PathInImage, "install", "-s", .. packages.Select(package => package.Name)]);
        if (exitCode == 0)
            return [.. lines.Where(line => !Change().IsMatch(line))];
        foreach (var line in lines)
            context.Log(line);
        throw GenericPackager.Failure("install", exitCode, [.. lines.TakeLast(LastLines.Kept)], packages, archives: DeclaredArchive.Read(context.Handle));
    }

    /// <summary>What an upgrade comes to.</summary>
    public UpgradePlan PlanUpgrade(IReadOnlyList<PackageRequest> packages)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment([GenericPackager.PathInImage, "upgrade", "-s", "-o", "Dir::Log::Planner=/dev/null"]);
        if (exitCode == 0)
            return new([.. lines.Where(line => Change().IsMatch(line)).Select(line => Origins().Replace(line, ""))]);
        foreach (var line in lines)
            context.Log(line);
        throw GenericPackager.Failure("upgrade", exitCode, [.. lines.TakeLast(LastLines.Kept)], packages);
    }

    /// <summary>An upgrade as a plan that dpkg can follow. What it adds counts as automatic, which is for the caller to note.</summary>
    public PackagePlan Follow(UpgradePlan upgrade)
    {
        if (upgrade.Changes.FirstOrDefault(line => !UpgradedPackage().IsMatch(line)) is { } change)
            return PackagePlan.ForApt($"an upgrade would do more than bring newer packages ({change})", []);
        var (actions, versions) = Read(upgrade.Changes.Select(line => UpgradedPackage().Match(line)));
        if (versions.DistinctBy(version => version.Name).Count() != versions.Count)
            return PackagePlan.ForApt("apt names a package twice", []);
        return Describe(versions, FindFiles(versions), AskStanzas(versions), out var reason) is { } planned ? new(planned, actions, [], architecture, null, [], []) : PackagePlan.ForApt(reason, []);
    }

    static (List<PackageAction> Actions, List<(string Name, string Version)> Versions) Read(IEnumerable<Match> changes)
    {
        var actions = new List<PackageAction>();
        var versions = new List<(string Name, string Version)>();
        foreach (var match in changes)
        {
            var unpacks = match.Groups["what"].Value == "Inst";
            actions.Add(new(unpacks, match.Groups["name"].Value));
            if (unpacks)
                versions.Add((match.Groups["name"].Value, match.Groups["version"].Value));
        }
        return (actions, versions);
    }

    static bool HaveDigests(IEnumerable<string> uriLines) => uriLines.All(line => line.Contains(" SHA256:", StringComparison.Ordinal));

    /// <summary>Where packages are that are known; null where apt does not say.</summary>
    IReadOnlyList<DebianPackage>? FindFiles(IReadOnlyList<(string Name, string Version)> versions)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment(["/usr/bin/apt-get", "-q", "-o", .. DebianPackage.AptOptions, "--print-uris", "download", .. NamesOf(versions)]);
        List<string> uriLines = [.. lines.Where(line => line.StartsWith('\''))];
        return exitCode == 0 && HaveDigests(uriLines) ? DebianPackage.ParseUriLines(uriLines) : null;
    }

    /// <summary>What the lists say of packages, for all architectures; null where apt does not say.</summary>
    /// <param name="versions">Names with or without an architecture.</param>
    IReadOnlyList<ControlStanza>? AskStanzas(IReadOnlyList<(string Name, string Version)> versions)
    {
        if (lists.Value is { } all)
            return [.. versions.SelectMany(package => all.Describe(PackageEntry.BaseName(package.Name), package.Version)).SelectMany(ControlStanza.ReadAll)];
        var (exitCode, lines) = context.QueryInBuildEnvironment(["/usr/bin/apt-cache", "show", .. NamesOf(versions)]);
        return exitCode == 0 ? [.. ControlStanza.ReadAll(lines).Where(stanza => stanza["Package"].Length > 0)] : null;
    }

    static IEnumerable<string> NamesOf(IEnumerable<(string Name, string Version)> versions) => versions.Select(version => $"{version.Name}={version.Version}");

    List<PlannedPackage>? Describe(
        List<(string Name, string Version)> versions, IReadOnlyList<DebianPackage>? files, IReadOnlyList<ControlStanza>? described, out string reason)
    {
        reason = NowhereReason;
        if (files is null || described is null)
            return null;
        var packages = files.DistinctBy(package => package.Name).ToDictionary(package => package.Name, StringComparer.Ordinal);
        var stanzas = described.Where(stanza => stanza["Architecture"] is "all" || stanza["Architecture"] == architecture).DistinctBy(stanza => (stanza["Package"], stanza["Version"])).ToDictionary(stanza => (stanza["Package"], stanza["Version"]));
        var planned = new List<PlannedPackage>();
        foreach (var (name, version) in versions)
        {
            if (!packages.TryGetValue(name, out var package) || package.Version != version || !stanzas.TryGetValue((name, version), out var stanza)
                || (!DebianUri.IsRemote(package.Uri) && DebianUri.TryGetPath(package.Uri) is null))
                return null;
            planned.Add(PlannedPackage.From(package, stanza));
        }
        return planned;
    }

    [GeneratedRegex("^(Inst|Conf|Remv|Purg) ")]
    private static partial Regex Change();

    // "0 upgraded, 2 newly installed, 1 downgraded, 0 to remove and 3 not upgraded."
    [GeneratedRegex(@"^(?<upgraded>\d+) upgraded, (?<new>\d+) newly installed, (?<otherwise>.*?)(?<removed>\d+) to remove and \d+ not upgraded\.$")]
    private static partial Regex Summary();

    // "Inst NAME [OLDER] (VERSION ORIGIN, ORIGIN [ARCHITECTURE])", and in brackets what is broken until the next lines are done.
    // Packages of other architectures have a colon in theirs. The origin is taken from the changes of an upgrade.
    [GeneratedRegex(@"^(?<what>Inst|Conf) (?<name>[a-z0-9][a-z0-9+.-]+)( \[[^ \]]+\])? \((?<version>[0-9][A-Za-z0-9.+:~-]*) \[[a-z0-9-]+\]\)( \[.*\])?$")]
    private static partial Regex UpgradedPackage();

    // Names of releases change when nothing else does.
    [GeneratedRegex(@"(?<=\([^ ]+) .*(?= \[[a-z0-9-]+\]\))")]
    private static partial Regex Origins();
}
