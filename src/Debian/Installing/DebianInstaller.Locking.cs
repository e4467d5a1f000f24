using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Messages;
using ImageSdk.Debian.Planning;
using ImageSdk.Packages;
using ImageSdk.Packages.Locking;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Installing;

// What a lock changes: what apt said once is written down, and from then on followed without asking it.
sealed partial class DebianInstaller
{
    /// <summary>dpkg keeps files that were changed, as in any upgrade of an image.</summary>
    const string KeepChanged = "--force-confold";

    /// <summary>Works out what a lock is to say. Makes the layer of an upgrade on the way, on which the rest depends.</summary>
    /// <exception cref="BuildException">It is nothing that a lock could say (IMG4023), or apt fails.</exception>
    public static LockedInstallation Plan(WorkerSession session, RunStageRequest request, InstallPackagesOperation operation)
    {
        // A lock is for good: it is not written while a source is unavailable.
        using var installer = new DebianInstaller(session, request, operation, allowsUnavailable: false);
        return installer.PlanLock();
    }

    LockedInstallation PlanLock()
    {
        var system = ReadSystem() ?? throw Unlockable("the image has another packager than apt as Debian has it");
        var automatic = new List<string>();
        var steps = new List<InstallStep>();
        AptSources sources;
        using (var planning = planner.OpenUpdated(system, Trees, out sources))
        {
            if (!sources.Settings.IsUsual)
                throw Unlockable("apt's configuration puts its files elsewhere");
            var apt = new AptPlanner(planning.Context, sources.Settings, system.Status.Architecture);
            if (apt.PlanUpgrade(packages) is { Changes.Count: > 0 } upgrade)
            {
                var upgraded = apt.Follow(upgrade);
                steps.Add(new([], upgraded.Packages, upgraded.Reason is null ? upgraded.Actions : throw Unlockable(upgraded.Reason)));
                automatic.AddRange(upgraded.Packages.Select(package => package.Package.Name).Where(name => !system.Status.Names.Contains(name)));
            }
        }
        Install(steps, sources.Settings);
        system = ReadSystem()!;
        var plan = planner.Plan(system, sources, Trees);
        if ((plan.Reason ?? FindReason(system, sources.Settings, plan)) is { } reason)
            throw Unlockable(reason);
        steps.AddRange(InstallSteps.Cut(plan, [.. packages.Select(package => PackageEntry.BaseName(package.Name))], system.Status.Names));
        return new(
            [.. packages.Select(package => package.Name)], "", [.. steps.Select(InstallationLock.Lock)], [.. automatic, .. plan.Automatic],
            InstallationLock.Packages(steps));
    }

    BuildException Unlockable(string reason) => new("IMG4023",
        $"The packages of this image cannot be locked: {reason}. Change that, or build without a lock: delete it, and remove RestoreImageWithLockFile.",
        packages[0].File, packages[0].Line);

    DoneEvent InstallLocked(LockedInstallation locked)
    {
        var system = ReadSystem() ?? throw Unlockable("the image has another packager than apt as Debian has it");
        var settings = planner.ReadSettings(system, Trees);
        if (settings.OtherDpkgSetting is { } setting)
            throw Unlockable($"apt's configuration has {setting}");
        Say($"Installing packages as locked: {string.Join(' ', packages.Select(package => package.Name))}");
        var steps = InstallationLock.Unlock(locked);
        Install(steps, settings);
        layers.Finish(null, context =>
        {
            AptLeftovers.MakeArchives(context.Handle);
            var added = steps.Where(step => step.Listed.Count > 0).SelectMany(step => step.Packages).ToList();
            if (added.Count > 0)
                AptLogs.Write(context.Handle, new(added, [], locked.Automatic, system.Status.Architecture, null, [], []), [.. packages.Select(package => package.Name)]);
            AptExtendedStates.Write(
                context.Handle, system.ExtendedStates, locked.Automatic, packages.Select(package => PackageEntry.BaseName(package.Name)), system.Status.Architecture);
        });
        return layers.Done;
    }

    void Install(IReadOnlyList<InstallStep> steps, AptSettings settings)
    {
        foreach (var part in new[] { steps.Where(step => step.Listed.Count == 0), steps.Where(step => step.Listed.Count > 0) })
            if (part.ToList() is { Count: > 0 } some)
                new StepInstaller(session, request, layers, packages, some[0].Listed.Count > 0 ? settings : settings with { DpkgOptions = [.. settings.DpkgOptions, KeepChanged] })
                    .Install(some);
    }
}
