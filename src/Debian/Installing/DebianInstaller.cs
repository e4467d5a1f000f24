using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Debian.Planning;
using ImageSdk.Layers;
using ImageSdk.Packages;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Packagers;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Installing;

/// <summary>
/// Installs packages in an image whose packager is apt, as a stack of layers: an upgrade where there is one, then a layer for
/// each step of the plan, apt's lists, and what apt notes at the end. Steps that another build made come from the cache.
/// What apt would do besides installing new packages it does itself, in one layer.
/// </summary>
sealed partial class DebianInstaller : IDisposable
{
    static readonly string[] AptFiles = ["var/lib/apt/lists", "var/cache/apt"];

    readonly WorkerSession session;
    readonly RunStageRequest request;
    readonly IReadOnlyList<PackageRequest> packages;
    readonly InstallationPlanner planner;
    readonly StepLayers layers;
    readonly StringBuilder log = new();

    DebianInstaller(WorkerSession session, RunStageRequest request, InstallPackagesOperation operation, bool allowsUnavailable)
    {
        this.session = session;
        this.request = request;
        packages = operation.Packages;
        planner = new(session, request.Settings, packages, allowsUnavailable, session.Listener);
        layers = new(session, request, log);
    }

    /// <returns>Null for an image that has another packager, or an unusual one: then nothing was done.</returns>
    public static DoneEvent? TryRun(WorkerSession session, RunStageRequest request, InstallPackagesOperation operation)
    {
        if (request.Layers.Count == 0)
            return null;
        using var installer = new DebianInstaller(session, request, operation, operation.Installation.AllowsUnavailableSources);
        return operation.Locked is { } locked ? installer.InstallLocked(locked) : installer.TryRun();
    }

    public void Dispose() => layers.Dispose();

    DoneEvent? TryRun()
    {
        if (ReadSystem() is not { } system || planner.TryPlan(system, Trees) is not var (sources, upgrade, plan))
            return null;
        if (plan is null)
        {
            Upgrade(sources, upgrade);
            system = ReadSystem()!;
            plan = planner.Plan(system, sources, Trees);
        }
        log.Append(planner.LogText);
        if (planner.LacksSources)
            layers.MakeProvisional();
        if (((plan.Packages.Count == 0 ? plan.Reason : null) ?? FindUnusualName(plan, system)) is { } inOne)
            return InstallByApt(sources, inOne);
        var steps = InstallSteps.Cut(plan, [.. packages.Select(package => PackageEntry.NameWithArchitecture(package.Name))], system.Status.Names);
        return (plan.Reason ?? FindReason(system, sources.Settings, plan)) is { } reason ? InstallByApt(sources, steps, plan, reason) : Install(sources, steps, plan, system);
    }

    AptSystem? ReadSystem()
    {
        session.Speculation.WaitForEnd();
        using var root = new StageRoot(session, layers.AwaitAll());
        using var handle = root.Open();
        return AptSystem.TryRead(handle, request.Settings);
    }

    IReadOnlyList<string> Trees => [.. layers.AwaitAll().Select(LayerStore.TreeOf)];

    // The steps of the plan are cut by the names of the list.
    string? FindUnusualName(PackagePlan plan, AptSystem system)
    {
        var planned = plan.Packages.SelectMany(package => new[] { package.Package.Name, package.Name }).ToHashSet(StringComparer.Ordinal);
        var selections = plan.ReadSelections();
        return packages.FirstOrDefault(package => PackageEntry.BaseName(package.Name) is var name && !planned.Contains(name) && !system.Status.Names.Contains(name)
            && !selections.Contains(name.TrimEnd('^'))) is { } other
            ? $"{other.Name} is no package's own name"
            : null;
    }

    string? FindReason(AptSystem system, AptSettings settings, PackagePlan plan)
    {
        if (settings.OtherDpkgSetting is { } setting)
            return $"apt's configuration has {setting}";
        if (settings.HasOwnNetwork || system.HasPasswords)
            return "apt has its own way to the network";
        return plan.Packages.Any(package => DebianUri.TryGetPath(package.Package.Uri) is { } path && !MountedFile.IsMounted(path, request.Settings.BindMounts))
            ? "packages come from a folder of the image itself"
            : null;
    }

    void Upgrade(AptSources sources, UpgradePlan upgrade) => layers.Add(
        "InstallPackages upgrade", string.Join('\n', upgrade.Changes), $"{upgrade.Changes.Count} changes", sources.Layer, AptFiles,
        request.Settings, context => new GenericPackager(context, CachedArchives.TryBring).Upgrade(packages));

    DoneEvent InstallByApt(AptSources sources, string reason)
    {
        Say($"apt installs all of the list in one layer: {reason}");
        layers.Finish(sources.Layer, InstallListByApt);
        return layers.Done;
    }

    void InstallListByApt(StageContext context)
    {
        new GenericPackager(context, CachedArchives.TryBring).InstallUpdated(packages);
        AptLeftovers.DropPackages(context.Handle);
    }

    // Each step names the very packages of the plan, so that apt chooses nothing that the list as a whole would not have. What it makes of the list at the
    // end is nothing, or what no step could know.
    DoneEvent InstallByApt(AptSources sources, IReadOnlyList<InstallStep> steps, PackagePlan plan, string reason)
    {
        Say($"apt installs the packages of each step: {reason}");
        foreach (var step in steps)
            layers.Add(
                "InstallPackages apt step", step.Describe(sources.Settings.DpkgOptions), step.Title, sources.Layer, AptFiles, request.Settings,
                context => new GenericPackager(context, CachedArchives.TryBring).InstallUpdated(packages, [.. step.Packages.Select(package => $"{package.Package.Name}:{package.Package.Architecture}={package.Package.Version}")]));
        layers.Finish(sources.Layer, context =>
        {
            InstallListByApt(context);
            if (plan.States is { } states)
                AptExtendedStates.Replace(context.Handle, states);
        });
        return layers.Done;
    }

    DoneEvent Install(AptSources sources, IReadOnlyList<InstallStep> steps, PackagePlan plan, AptSystem system)
    {
        Say("");
        Say($"Installing packages: {string.Join(' ', packages.Select(package => package.Name))}");
        foreach (var line in plan.Lines)
            Say(line);
        new StepInstaller(session, request, layers, packages, sources.Settings).Install(steps);
        layers.Finish(sources.Layer, context =>
        {
            AptLeftovers.MakeArchives(context.Handle);
            if (plan.Packages.Count > 0)
                AptLogs.Write(context.Handle, plan, [.. packages.Select(package => package.Name)]);
            var listed = packages.Select(package => PackageEntry.BaseName(package.Name));
            AptExtendedStates.Write(context.Handle, system.ExtendedStates, plan.Automatic, listed.Concat(plan.Manual), plan.Architecture);
        });
        return layers.Done;
    }

    void Say(string line)
    {
        log.Append(line).Append('\n');
        session.Listener.Output(line);
    }
}
