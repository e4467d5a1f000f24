using System.Text;
using System.Text.RegularExpressions;
using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Worker;
using ImageSdk.Posix;

namespace ImageSdk.Building.DebianPackages;

/// <summary>Asks an image's apt what it would do, in the sandbox and without doing it.</summary>
/// <param name="context">Of a root with current lists. What apt notes there is thrown away.</param>
/// <param name="architecture">The image's own.</param>
sealed partial class AptPlanner(StageContext context, AptSettings settings, string architecture)
{
    /// <summary>Where apt notes what it gives its planner: the packages in its own order.</summary>
    const string PlannerLog = "/.imagesdk-plan";

    /// <summary>Of another folder for packages, so that apt names also those that it has already.</summary>
    const string NoArchives = "Dir::Cache::archives=/no/such/folder/";

    /// <summary>What a list of packages comes to.</summary>
    /// <exception cref="Diagnostics.BuildException">One is not known (IMG4002), or apt finds no way (IMG4003).</exception>
    public PackagePlan PlanInstall(IReadOnlyList<PackageRequest> packages)
    {
        // The simulation takes far longer than anything else that apt is asked, so the rest goes on beside it.
        var describing = BackgroundWork.Start(() => DescribeNew(packages));
        try
        {
            return PlanInstall(packages, describing);
        }
        finally
        {
            BackgroundWork.WaitForEnd(describing);
        }
    }

    PackagePlan PlanInstall(IReadOnlyList<PackageRequest> packages, Task<List<string>?> describing)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment(
            [GenericPackager.PathInImage, "install", "-s", "-o", $"Dir::Log::Planner={PlannerLog}", .. packages.Select(package => package.Name)]);
        if (exitCode != 0)
        {
            foreach (var line in lines)
                context.Log(line);
            throw GenericPackager.Failure("install", exitCode, [.. lines.TakeLast(LastLines.Kept)], packages);
        }
        var said = lines.Where(line => !Change().IsMatch(line)).ToList();
        var changes = lines.Where(line => Change().IsMatch(line)).ToList();
        if (changes.FirstOrDefault(line => !NewPackage().IsMatch(line)) is { } change)
            return PackagePlan.ForApt($"apt would do more than install new packages ({change})", said);
        var (actions, versions) = Read(changes.Select(line => NewPackage().Match(line)));
        if (versions.DistinctBy(version => version.Name).Count() != versions.Count)
            return PackagePlan.ForApt("apt names a package twice", said);
        var log = RootFile.TryReadText(context.Handle, PlannerLog[1..]) ?? "";
        context.Handle.RemoveTree(Encoding.UTF8.GetBytes(PlannerLog[1..]));
        if (versions.Count == 0)
            return new([], [], [], architecture, null, said, []);
        return Describe(versions, describing.GetAwaiter().GetResult(), out var reason) is { } planned
            ? new(planned, actions, Automatic(log, versions, packages), architecture, null, said, AptLogs.Compress(log))
            : PackagePlan.ForApt(reason, said);
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

    /// <summary>An upgrade as a plan that dpkg can follow. What it brings anew counts as automatic, which is for the caller to note.</summary>
    public PackagePlan Follow(UpgradePlan upgrade)
    {
        if (upgrade.Changes.FirstOrDefault(line => !UpgradedPackage().IsMatch(line)) is { } change)
            return PackagePlan.ForApt($"an upgrade would do more than bring newer packages ({change})", []);
        var (actions, versions) = Read(upgrade.Changes.Select(line => UpgradedPackage().Match(line)));
        if (versions.DistinctBy(version => version.Name).Count() != versions.Count)
            return PackagePlan.ForApt("apt names a package twice", []);
        var lines = DescribeVersions(versions.Select(version => $"{version.Name}={version.Version}"));
        return Describe(versions, lines, out var reason) is { } planned ? new(planned, actions, [], architecture, null, [], []) : PackagePlan.ForApt(reason, []);
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

    // Those that were not asked for, in the order of apt's tables, which its request to the planner shows.
    static List<string> Automatic(string log, List<(string Name, string Version)> versions, IReadOnlyList<PackageRequest> packages)
    {
        var listed = packages.Select(package => BaseName(package.Name)).ToHashSet(StringComparer.Ordinal);
        var order = ControlStanza.ReadAll(log).FirstOrDefault()?["Install"] ?? "";
        var places = order.Split(' ').Select(BaseName).Select((name, place) => (name, place)).DistinctBy(pair => pair.name).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        return
        [
            .. versions.Select(version => version.Name).Where(name => !listed.Contains(name))
                .OrderBy(name => places.GetValueOrDefault(name, int.MaxValue)).ThenBy(name => name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The name in an entry of a package list: "nginx" in "nginx=1.22*", "nginx/bookworm", "nginx:amd64".</summary>
    public static string BaseName(string entry) => entry.AsSpan().IndexOfAny("=/:") is var end and > 0 ? entry[..end] : entry;

    /// <summary>Where the packages are that a list comes to, and what the lists say of them; null where apt has no answer.</summary>
    List<string>? DescribeNew(IReadOnlyList<PackageRequest> packages)
    {
        var uris = Ask([GenericPackager.PathInImage, "install", "-o", NoArchives, "-o", .. DebianPackage.AptOptions, "--print-uris", .. packages.Select(package => package.Name)]);
        if (uris is null || !HaveDigests(uris) || DebianPackage.ParseUriLines(uris) is not { Count: > 0 } found)
            return uris;
        return Ask(["/usr/bin/apt-cache", "show", .. found.Select(package => $"{package.Name}={package.Version}")]) is { } stanzas ? [.. uris, "", .. stanzas] : null;
    }

    /// <summary>The same of packages that are known already.</summary>
    /// <param name="names">"curl=7.88.1-10".</param>
    List<string>? DescribeVersions(IEnumerable<string> names) => Ask(
    [
        "/bin/sh", "-c", "options=$1; shift; apt-get -q -o \"$options\" --print-uris download \"$@\" && apt-cache show \"$@\"", "sh",
        .. DebianPackage.AptOptions, .. names,
    ]);

    static bool HaveDigests(IEnumerable<string> lines) =>
        lines.Where(line => line.StartsWith('\'')).All(line => line.Contains(" SHA256:", StringComparison.Ordinal));

    List<string>? Ask(IReadOnlyList<string> command)
    {
        var (exitCode, lines) = context.QueryInBuildEnvironment(command);
        return exitCode == 0 ? [.. lines] : null;
    }

    List<PlannedPackage>? Describe(List<(string Name, string Version)> versions, List<string>? lines, out string reason)
    {
        reason = "apt does not say where the packages are";
        if (lines is null || !HaveDigests(lines))
            return null;
        var packages = DebianPackage.ParseUriLines(lines).DistinctBy(package => package.Name).ToDictionary(package => package.Name, StringComparer.Ordinal);
        var stanzas = ControlStanza.ReadAll(lines).Where(stanza => stanza["Package"].Length > 0)
            .DistinctBy(stanza => (stanza["Package"], stanza["Version"])).ToDictionary(stanza => (stanza["Package"], stanza["Version"]));
        var planned = new List<PlannedPackage>();
        foreach (var (name, version) in versions)
        {
            if (!packages.TryGetValue(name, out var package) || package.Version != version || !stanzas.TryGetValue((name, version), out var stanza)
                || (!DebianUri.IsRemote(package.Uri) && DebianUri.TryGetPath(package.Uri) is null))
                return null;
            if (settings.UnmarkedSections.Contains(stanza["Section"][(stanza["Section"].LastIndexOf('/') + 1)..]))
            {
                reason = $"what {name} depends on counts as asked for ({stanza["Section"]})";
                return null;
            }
            planned.Add(PlannedPackage.From(package, stanza));
        }
        return planned;
    }

    [GeneratedRegex("^(Inst|Conf|Remv|Purg) ")]
    private static partial Regex Change();

    // "Inst NAME (VERSION ORIGIN, ORIGIN [ARCHITECTURE])", and in brackets what is broken until the next lines are done. An
    // older version would stand in brackets after the name, and packages of other architectures have a colon in theirs.
    [GeneratedRegex(@"^(?<what>Inst|Conf) (?<name>[a-z0-9][a-z0-9+.-]+) \((?<version>[0-9][A-Za-z0-9.+:~-]*) .*\[[a-z0-9-]+\]\)( \[.*\])?$")]
    private static partial Regex NewPackage();

    // The same with the older version, and without the origin, which is taken from the changes of an upgrade.
    [GeneratedRegex(@"^(?<what>Inst|Conf) (?<name>[a-z0-9][a-z0-9+.-]+)( \[[^ \]]+\])? \((?<version>[0-9][A-Za-z0-9.+:~-]*) \[[a-z0-9-]+\]\)( \[.*\])?$")]
    private static partial Regex UpgradedPackage();

    // Names of releases change when nothing else does.
    [GeneratedRegex(@"(?<=\([^ ]+) .*(?= \[[a-z0-9-]+\]\))")]
    private static partial Regex Origins();
}
