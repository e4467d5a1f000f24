using ImageSdk.Building.Downloads;
using ImageSdk.Building.Fetching;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Locking;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Building.Locks;

/// <summary>
/// Keeps a project's lock in step with the project: a part that does not fit is worked out and written again, or is an error
/// where the project is locked. What fits stays, whatever is newer meanwhile.
/// </summary>
sealed class ImageLocker(
    BuildPlan plan, LockSettings settings, StateDirectory state, LayerStore layers, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
{
    const string Missing = "there is no lock", Forced = "it is to be evaluated again (RestoreForceEvaluate)";

    IReadOnlyList<string> Requested => [.. plan.Manifest.Packages.Select(package => package.Name)];

    /// <summary>Of the source image, or of the packages that make a root; before either is unpacked.</summary>
    /// <exception cref="BuildException">It does not fit and is locked (IMG4020), or cannot be locked (IMG4023).</exception>
    public async Task LockSourceAsync(SourceImage source)
    {
        var operations = new StageOperations(plan);
        var bootstrap = source.Kind != SourceKind.Bootstrap || plan.Project.Bootstrap!.IsUnpacked ? null : (operations.Bootstrap() as AptBootstrapOperation)?.Bootstrap
            ?? throw new BuildException("IMG4023", "A root that a program makes cannot be locked, only one by the built-in bootstrap. Set BootstrapTool to apt, or build without a lock: delete it, and remove RestoreImageWithLockFile.", plan.Project.ProjectFile);
        var known = ImageLockFile.TryRead(settings.File);
        var expected = Describe(source, bootstrap);
        var difference = known is null ? Missing : FindDifference(known, expected);
        if (difference is null && !settings.ForceEvaluate)
            return;
        if (settings.IsLocked)
            throw Stale([difference ?? Forced]);
        var locked = bootstrap is null ? null : (await AskAsync(new PlanBootstrapRequest(bootstrap))).Bootstrap;
        Write(new()
        {
            Architecture = plan.Project.Architecture, Source = expected, Bootstrap = locked,
            Install = known?.Architecture == plan.Project.Architecture ? known.Install : null,
        });
    }

    /// <summary>Of the packages that the project lists; before they are installed.</summary>
    /// <param name="before">What they are installed on.</param>
    /// <exception cref="BuildException">It does not fit and is locked (IMG4020), cannot be locked (IMG4023), or apt finds no way.</exception>
    public async Task LockPackagesAsync(StageState before)
    {
        var known = ImageLockFile.Read(settings.File);
        var below = Requested.Count == 0 ? "" : DigestOfInstalled(before.Layers);
        var differences = FindDifferences(known, below);
        if (differences.Count == 0 && !(settings.ForceEvaluate && Requested.Count > 0))
            return;
        if (settings.IsLocked)
            throw Stale(differences.Count > 0 ? differences : [Forced]);
        if (Requested.Count == 0)
        {
            Write(known with { Install = null });
            return;
        }
        // What a lock says of the packages is not what they are worked out from.
        var unlocked = plan with { Project = plan.Project with { Lock = null } };
        var operations = new StageOperations(unlocked);
        const ImageStage stage = ImageStage.InstallPackages;
        var done = await AskAsync(new PlanPackagesRequest(new(
            stage.ToString(), "", before.Layers, operations.Of(stage), operations.Settings(), new StageInputs(unlocked, new DigestCache(state.DigestsFile)).Describe(stage))));
        Write(known with { Install = done.Installation! with { Below = below } });
    }

    /// <summary>Brings the locked packages into the cache.</summary>
    /// <returns>Whether the lock has all that the project lists; where it has not, the packages have to be worked out first.</returns>
    /// <exception cref="BuildException">It has not and is locked: IMG4020.</exception>
    public async Task<bool> FetchAsync(bool isEvaluated)
    {
        var known = ImageLockFile.TryRead(settings.File);
        var differences = known is null ? [Missing] : FindDifferences(known, known.Install?.Below ?? "");
        if (settings.IsLocked && differences.Count > 0)
            throw Stale(differences);
        if (known is null || settings.ForceEvaluate && !isEvaluated && Requested.Count > 0 || differences.Count > 0)
            return false;
        if (plan.Project.Bootstrap?.Download is { } download && ContentDigest.TryParse(known.Source.Digest ?? "") is { } digest)
            using (var downloader = new SourceDownloader(layers, plan.Project.Architecture, listener, plan.Project.ProjectFile, download.DeniedNetworks))
                await downloader.FetchAsync(download, digest, cancellation);
        // A root's packages lie where the machine sees them, the others where the image does.
        await FetchAsync(known.Bootstrap?.Packages ?? [], null);
        await FetchAsync(known.Install?.Packages ?? [], new StageOperations(plan).Settings(readSecrets: false).BindMounts);
        return true;
    }

    async Task FetchAsync(IReadOnlyList<LockedPackage> packages, IReadOnlyList<BindMount>? mounts)
    {
        var store = new PackageStore(layers);
        if (packages.Where(package => store.Find(DebianPackage.From(package)) is null).ToList() is { Count: > 0 } missing)
            await AskAsync(new FetchPackagesRequest(missing, mounts, plan.Project.Sandbox.Limits));
    }

    LockedSource Describe(SourceImage source, AptBootstrap? bootstrap) => source.Kind switch
    {
        SourceKind.Bootstrap when plan.Project.Bootstrap is { Download: { } download } => new(LockedSourceType.File, Downloader.Show(new(download.Url)), Digest: source.Digest),
        SourceKind.Bootstrap when plan.Project.Bootstrap is { IsUnpacked: true, SourceFile: var file } => new(LockedSourceType.File, Path.GetFileName(file), Digest: source.Digest),
        SourceKind.Bootstrap => new(LockedSourceType.Bootstrap, BootstrapLock.Describe(bootstrap!)),
        SourceKind.Package => new(LockedSourceType.Package, source.Package!.ToString(), source.Package.TreeHash),
        SourceKind.Project => new(LockedSourceType.Project, ImageName.TryParse(source.Name, out var stream, out _) ? stream : source.Name),
        _ => new(LockedSourceType.Store, source.Name, source.TreeHash),
    };

    string? FindDifference(ImageLock known, LockedSource expected) =>
        known.Architecture != plan.Project.Architecture ? $"it is for {known.Architecture}, and the project builds for {plan.Project.Architecture}"
        : (known.Source.Type, known.Source.Name) != (expected.Type, expected.Name) ? $"its source image is {known.Source.Name} ({known.Source.Type}), and the project's is {expected.Name} ({expected.Type})"
        : known.Source.TreeHash != expected.TreeHash ? $"its source image {expected.Name} has another tree"
        : known.Source.Digest != expected.Digest ? $"{expected.Name} has another content ({expected.Digest}, and the lock has {known.Source.Digest})"
        : known.Bootstrap is null && expected.Type == LockedSourceType.Bootstrap ? "it lacks the packages of the bootstrap"
        : null;

    /// <param name="below">Digest of what is installed already.</param>
    List<string> FindDifferences(ImageLock known, string below)
    {
        var differences = new List<string>();
        var had = known.Install?.Requested ?? [];
        if (Requested.Except(had).ToList() is { Count: > 0 } added)
            differences.Add($"the project adds {string.Join(", ", added)}");
        if (had.Except(Requested).ToList() is { Count: > 0 } removed)
            differences.Add($"the project no longer has {string.Join(", ", removed)}");
        if (differences.Count == 0 && !had.SequenceEqual(Requested))
            differences.Add("the project lists its packages in another order");
        if (differences.Count == 0 && known.Install is not null && known.Install.Below != below)
            differences.Add("the source image has other packages");
        return differences;
    }

    BuildException Stale(IReadOnlyList<string> differences) => new("IMG4020",
        $"The project is locked (RestoreLockedMode), but its lock {Path.GetFileName(settings.File)} does not fit it: {string.Join("; ", differences)}. "
        + "Restore without the locked mode and keep the lock that it writes, or take the change back.",
        File.Exists(settings.File) ? settings.File : plan.Project.ProjectFile);

    /// <summary>SHA-256 of names, versions and architectures of what dpkg's database has as installed.</summary>
    string DigestOfInstalled(IReadOnlyList<string> stack)
    {
        foreach (var layer in stack.Reverse())
        {
            using var root = DirectoryHandle.Open(Path.Combine(layers.LayerDirectory(layer), "t"));
            if (RootFile.TryReadText(root, DpkgStatus.File) is { } status)
                return InstalledPackages.Digest(status);
        }
        throw new BuildException("IMG4023", "The packages of this image cannot be locked: its source image has no database of dpkg. Build without a lock: delete it, and remove RestoreImageWithLockFile.", plan.Project.ProjectFile);
    }

    async Task<DoneEvent> AskAsync(WorkerRequest request)
    {
        await workers.HoldLayersAsync(layers, listener, cancellation);
        return await workers.AskAsync(plan.Project.CacheDirectory, request, listener, cancellation);
    }

    void Write(ImageLock value)
    {
        if (ImageLockFile.Write(settings.File, value))
            listener.Progress($"Wrote {settings.File}");
    }
}
