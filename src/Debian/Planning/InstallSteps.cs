using System.Numerics;
using ImageSdk.Packages;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// Cuts a plan into steps. A step has what some packages of the list need and no earlier step has, in apt's order. Where
/// steps end depends on positions in the list only, so that a package added at the end leaves the steps before it as they
/// are, and an image is the same whether its steps come from the cache or not.
/// </summary>
sealed class InstallSteps
{
    /// <summary>Each of the first packages has a step of its own; then four more come with every doubling of the list.</summary>
    const int SinglePositions = 16;

    const int StepsOfDoubling = 4;

    readonly Dictionary<string, PlannedPackage> planned;
    readonly ILookup<string, string> providers;
    readonly ILookup<string, string> selections;
    readonly IReadOnlySet<string> installed;

    InstallSteps(PackagePlan plan, IReadOnlySet<string> installed)
    {
        planned = plan.Packages.ToDictionary(package => package.Name, StringComparer.Ordinal);
        providers = plan.Packages.SelectMany(package => package.Provides.Select(name => (Name: name, Provider: package.Name)))
            .ToLookup(pair => pair.Name, pair => pair.Provider, StringComparer.Ordinal);
        selections = plan.ReadSelections();
        this.installed = installed;
    }

    /// <param name="listed">The package list.</param>
    /// <param name="installed">What the image has already.</param>
    /// <returns>What none of the list needs comes last.</returns>
    public static IReadOnlyList<InstallStep> Cut(PackagePlan plan, IReadOnlyList<string> listed, IReadOnlySet<string> installed)
    {
        var cutter = new InstallSteps(plan, installed);
        var steps = new List<InstallStep>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var first = 0;
        for (var position = 1; position <= listed.Count; position++)
        {
            if (position < listed.Count && !EndsAt(position))
                continue;
            var names = listed.Skip(first).Take(position - first).ToList();
            first = position;
            var needed = cutter.FindNeeded(names);
            needed.ExceptWith(done);
            if (needed.Count == 0)
                continue;
            Add(names, needed);
        }
        if (done.Count < plan.Packages.Count)
            Add(listed.TakeLast(1), [.. plan.Packages.Select(package => package.Name).Except(done)]);
        return steps;

        void Add(IEnumerable<string> names, HashSet<string> needed)
        {
            done.UnionWith(needed);
            steps.Add(new(
                [.. names], [.. plan.Packages.Where(package => needed.Contains(package.Name))],
                [.. plan.Actions.Where(action => needed.Contains(action.Name))]));
        }
    }

    /// <summary>Whether a step ends with the package at this position of the list.</summary>
    /// <param name="position">1 for the first.</param>
    public static bool EndsAt(int position) =>
        position <= SinglePositions || position % ((int)BitOperations.RoundUpToPowerOf2((uint)position) / 2 / StepsOfDoubling) == 0;

    HashSet<string> FindNeeded(IEnumerable<string> names)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(names.SelectMany(Select).Where(planned.ContainsKey));
        while (next.TryPop(out var name))
            if (needed.Add(name))
                foreach (var group in planned[name].Requirements)
                    foreach (var found in Resolve(group, planned[name]))
                        next.Push(found);
        return needed;
    }

    // What is selected for a pattern may be a virtual name in turn.
    IEnumerable<string> Select(string listed) => planned.ContainsKey(listed) ? [listed] : SelectNamed(PackageEntry.BaseName(listed));

    IEnumerable<string> SelectNamed(string entry) => planned.ContainsKey(entry)
        ? [entry]
        : selections[entry.TrimEnd('^')].SelectMany(name => planned.ContainsKey(name) ? [name] : selections[name]);

    // apt made sure that one of the group will do. Versions and architectures are not compared here: where it might be any of several
    // packages of the plan, all of them count, which is too much at worst and never too little.
    IEnumerable<string> Resolve(IReadOnlyList<PackageRequirement> group, PlannedPackage of) =>
        !of.IsForeign && group.Any(requirement => !requirement.IsVersioned && installed.Contains(requirement.Name))
            ? []
            : group.SelectMany(requirement => providers[requirement.Name]
                .Concat(of.IsForeign ? [requirement.Name, $"{requirement.Name}:{of.Package.Architecture}"] : [requirement.Name]).Where(planned.ContainsKey));
}
