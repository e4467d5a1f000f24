using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Layers;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Planning;

/// <summary>
/// Asks the apt of a root what a list of packages comes to, with lists that are up to date. What it was asked before it is not asked
/// again: lists and answers are in the build cache, by all that they depend on.
/// </summary>
/// <param name="allowsUnavailable">Whether sources that are unavailable are ignored with a warning.</param>
sealed class InstallationPlanner(
    WorkerSession session, CommandSettings settings, IReadOnlyList<PackageRequest> packages, bool allowsUnavailable, IBuildListener listener)
{
    readonly PlanCache cache = new(session.Store);
    readonly StringBuilder log = new();

    /// <summary>What was said so far.</summary>
    public string LogText => log.ToString();

    /// <summary>Whether a source was skipped: what is planned without it is good for this build alone.</summary>
    public bool LacksSources { get; private set; }

    /// <summary>Lists and upgrade, and where there is nothing to upgrade the packages too.</summary>
    /// <param name="trees">What the root stands on: directories in the cache, the lowest first.</param>
    /// <returns>Null where apt has unusual settings.</returns>
    public (AptSources Sources, UpgradePlan Upgrade, PackagePlan? Packages)? TryPlan(AptSystem system, IReadOnlyList<string> trees)
    {
        using var planning = OpenUpdated(system, trees, out var sources);
        if (!sources.Settings.IsUsual)
            return null;
        var (upgrade, plan) = PlanBoth(system, sources, planning);
        log.Append(planning.LogText);
        return (sources, upgrade, plan);
    }

    // Mostly there is nothing to upgrade, and what apt says of the packages shows it.
    (UpgradePlan, PackagePlan?) PlanBoth(AptSystem system, AptSources sources, PlanningRoot planning)
    {
        PackagePlan plan;
        try
        {
            plan = Plan(system, sources, planning);
        }
        catch (BuildException) when (PlanUpgrade() is { Changes.Count: > 0 })
        {
            return (PlanUpgrade(), null); // After which it may be possible.
        }
        if (plan.FindsNothingNewer && sources.Essential is { } essential && essential.All(system.Status.Names.Contains))
            return (new([]), plan);
        var upgrade = PlanUpgrade();
        return (upgrade, upgrade.Changes.Count == 0 ? plan : null);

        UpgradePlan PlanUpgrade() => cache.GetOrMake(
            KeyOf("upgrade", system, sources), PlanJson.Default.UpgradePlan, () => new AptPlanner(planning.Context, sources.Settings, system.Status.Architecture).PlanUpgrade(packages));
    }

    /// <summary>The packages, in a root where nothing is to upgrade.</summary>
    public PackagePlan Plan(AptSystem system, AptSources sources, IReadOnlyList<string> trees)
    {
        using var planning = Open([.. trees, LayerStore.TreeOf(sources.Layer)]);
        var plan = Plan(system, sources, planning);
        log.Append(planning.LogText);
        return plan;
    }

    /// <summary>A root with lists that are up to date.</summary>
    public PlanningRoot OpenUpdated(AptSystem system, IReadOnlyList<string> trees, out AptSources sources)
    {
        var lists = new AptLists(session, cache);
        var known = lists.Find(system);
        var planning = Open(known is null ? trees : [.. trees, LayerStore.TreeOf(known.Layer)]);
        try
        {
            sources = Update(lists, system, known, planning);
            return planning;
        }
        catch
        {
            planning.Dispose();
            throw;
        }
    }

    /// <summary>apt's settings in a root, without lists.</summary>
    public AptSettings ReadSettings(AptSystem system, IReadOnlyList<string> trees) =>
        cache.GetOrMake(CacheKey.Of("settings", system.SourcesKey), PlanJson.Default.AptSettings, () =>
        {
            using var asking = Open(trees);
            return AptLists.ReadSettings(asking.Context);
        });

    PlanningRoot Open(IReadOnlyList<string> trees) => new(session, trees, settings, listener);

    AptSources Update(AptLists lists, AptSystem system, AptSources? known, PlanningRoot planning)
    {
        if (known is not null && !system.HasPasswords && lists.AreCurrent(known, settings.BindMounts))
        {
            const string line = "The sources of packages have nothing newer";
            log.Append(line).Append('\n');
            listener.Output(line);
            return known;
        }
        if (known is null)
            lists.Lend(planning.Context);
        // Descriptions in other languages are nothing that packages are chosen by, and apt's digest of the lists is made where it is needed.
        LacksSources = !new GenericPackager(planning.Context).Update(
            packages, allowsUnavailable, "-o", "Acquire::Languages=none", "-o", "pkgCacheFile::Generate=false");
        return lists.Keep(system, known, planning.Context, settings.BindMounts, areWhole: !LacksSources);
    }

    PackagePlan Plan(AptSystem system, AptSources sources, PlanningRoot planning) => cache.GetOrMake(
        KeyOf("install", system, sources, [.. packages.Select(package => package.Name)]), PlanJson.Default.PackagePlan, () =>
        {
            listener.Progress("Planning the installation of packages");
            return new AptPlanner(planning.Context, sources.Settings, system.Status.Architecture).PlanInstall(packages);
        });

    static string KeyOf(string what, AptSystem system, AptSources sources, params ReadOnlySpan<string> names) =>
        CacheKey.Of([what, system.SourcesKey, system.StateKey, sources.Digest, .. names]);
}
