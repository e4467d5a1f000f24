using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Auditing;
using ImageSdk.Building.Documents;
using ImageSdk.Building.Execution;
using ImageSdk.Building.Locks;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.PackageArchives;
using ImageSdk.Building.Remote;
using ImageSdk.Building.Reporting;
using ImageSdk.Building.Sources;
using ImageSdk.Building.Speculation;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Posix;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building;

/// <summary>
/// A build of one image project. The state between stages lies in a folder (obj/…/image), so that each MSBuild target
/// can be skipped, run alone or run in another process. Nothing here depends on MSBuild.
/// </summary>
/// <param name="stateDirectory">obj/…/image/; made on demand.</param>
public sealed partial class ImageBuild(string stateDirectory, IBuildListener listener)
{
    readonly StateDirectory state = new(stateDirectory);

    /// <summary>The conventional folders of a manifest directory whose files go into an image or run in it.</summary>
    public static IEnumerable<string> ContentFolders => ManifestComponents.Folders;

    /// <summary>
    /// Reads and checks the manifest directory, merges it with the project and writes the plan (plan.json, only when it
    /// changed).
    /// </summary>
    /// <exception cref="BuildException">The first mistake.</exception>
    public void Prepare(ImageProject project, CancellationToken cancellation = default)
    {
        if (project.Archives.Count > 0)
        {
            ArchiveCheck.Check(project.Archives, project.Launchpad, project.ProjectFile);
            project = project with { Archives = ArchiveResolver.ReadFiles(project.Archives, project.ProjectFile) };
        }
        var manifest = ManifestReader.Read(project, listener, cancellation);
        TemplateCheck.Check(manifest, listener, cancellation);
        foreach (var advice in ProjectAdvice.Find(project, manifest.Trees))
            listener.Report(advice);
        JsonFile.WriteWhenDifferent(state.PlanFile, new BuildPlan(project, manifest), StateJson.Default.BuildPlan);
    }

    /// <summary>
    /// Starts the worker while the build is being prepared, where, by the plan of the last build, a stage will have to run. A
    /// wrong guess costs an idle process.
    /// </summary>
    /// <param name="isSpeculative">Whether the project lets its build work ahead of need.</param>
    public void StartWorkerAhead(BuildWorkers workers, bool isSpeculative, string cacheDirectory, string manifestDirectory) =>
        _ = new BuildSpeculation(isSpeculative, workers).StartWorkerAsync(cacheDirectory, () => new WorkForecast(state).HasWork(manifestDirectory));

    /// <summary>
    /// Begins what a project that was never built is going to need first, while others still restore or evaluate it. What is wrong with
    /// the project is reported by the build.
    /// </summary>
    /// <param name="referencedImages">Image files (bin/…/x.image) of the projects that this one references, built or not.</param>
    public void Prefetch(ImageProject project, IReadOnlyList<string> referencedImages, BuildWorkers workers) =>
        _ = Task.Run(() => PrefetchAsync(project, referencedImages, workers));

    internal Task PrefetchAsync(ImageProject project, IReadOnlyList<string> referencedImages, BuildWorkers workers) =>
        BuildSpeculation.Of(project, workers).PrefetchStagesAsync(project, referencedImages, state);

    /// <summary>The image that the prepared build is to stand on; null where it is made from nothing, or names none.</summary>
    public SourceRequirement? ReadSourceRequirement()
    {
        var plan = state.ReadPlan();
        return plan.Project.Bootstrap is not null || plan.Manifest.SourceImage.Length == 0 ? null : new(
            plan.Manifest.SourceImage, plan.Manifest.SourceImageGitCommitId, plan.Manifest.SourceImageTagsToMatch, plan.Manifest.SourceImageBuildVariables);
    }

    /// <summary>
    /// Has a stream take its packages from their repositories again, with the next build. Otherwise the cache answers with those that it took
    /// before, as long as the manifest is the same.
    /// </summary>
    /// <param name="cacheDirectory">Folder of the layer cache.</param>
    /// <param name="stream">The stream's name.</param>
    /// <param name="minimumAge">Nothing happens where the packages are younger.</param>
    /// <returns>Whether it does.</returns>
    public static bool RenewPackages(string cacheDirectory, string stream, TimeSpan minimumAge)
    {
        var layers = new LayerStore(cacheDirectory, Processes.UserId);
        var key = StreamGeneration.KeyOf(stream);
        if (layers.AgeOfGeneration(key) is { } age && age < minimumAge)
            return false;
        layers.StartGeneration(key);
        return true;
    }

    /// <summary>Finds the source image. Writes ResolveSourceImage.stage only when the answer changed.</summary>
    /// <param name="referencedImages">Image files (bin/…/x.image) of the projects that this one references.</param>
    /// <param name="mayBuild">False on the second try, after the returned project was built.</param>
    /// <returns>What to build (and publish) first, or null where the source is at hand.</returns>
    /// <param name="server">Where a newer image than the store's may be; null for nowhere.</param>
    /// <param name="packages">Images in NuGet packages that the project references; null for none.</param>
    public async Task<SourceToBuild?> ResolveSourceAsync(
        IReadOnlyList<string> referencedImages, bool mayBuild, ImageServerSettings? server = null,
        IReadOnlyList<ImagePackageSource>? packages = null, CancellationToken cancellation = default)
    {
        var (source, toBuild) = await new SourceResolver(state.ReadPreparedPlan(), server, packages ?? [], listener, TimeProvider.System).ResolveAsync(referencedImages, mayBuild, cancellation);
        if (source is not null)
            source = source with { Archives = await ResolveArchivesAsync(cancellation) };
        if (source is not null)
            JsonFile.WriteWhenDifferent(state.StageFile(ImageStage.ResolveSourceImage), source, StateJson.Default.SourceImage);
        return toBuild;
    }

    async Task<IReadOnlyList<PackageArchive>?> ResolveArchivesAsync(CancellationToken cancellation)
    {
        var plan = state.ReadPreparedPlan();
        if (plan.Project.Archives.Count == 0)
            return null;
        using var resolver = new ArchiveResolver(plan.Project.Launchpad, plan.OpenLayers(), listener, plan.Project.ProjectFile);
        return await resolver.ResolveAsync(plan.Project.Archives, cancellation);
    }

    /// <summary>"sha256:HEX" or "sha512:HEX" of the file that is fetched and unpacked, once the source is resolved; null where none is.</summary>
    public string? DownloadDigest => state.ReadPlan().Project.Bootstrap?.Download is { Digest: { Length: > 0 } digest } ? digest : null;

    /// <summary>Writes STAGE.inputs, what the stage reads, only when it changed. Cheap: unchanged files are not read again.</summary>
    public void DigestInputs(ImageStage stage)
    {
        var plan = state.ReadPlan();
        var digests = new DigestCache(state.DigestsFile);
        AtomicFile.WriteWhenDifferent(state.InputsFile(stage), new StageInputs(plan, digests).Describe(stage));
        digests.Save();
        // A stage is done only while its layers are there, since the cache may have been emptied, and while what it left can
        // be read, since another version may have written it. What is provisional is the last build's alone.
        var store = plan.OpenLayers();
        if (File.Exists(state.StageFile(stage))
            && !(JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState) is { IsProvisional: false } left && left.Layers?.All(store.Contains) == true))
            File.Delete(state.StageFile(stage));
    }

    /// <summary>
    /// Brings the part of the lock up to date that a stage follows, where the project has a lock: UnpackSourceImage's is the source
    /// image with the packages of a bootstrap, InstallPackages' the packages of the list.
    /// </summary>
    /// <exception cref="BuildException">It does not fit and is locked (IMG4020), or cannot be locked (IMG4023).</exception>
    public async Task LockAsync(ImageStage stage, BuildWorkers workers, CancellationToken cancellation)
    {
        if (Locker(workers, cancellation) is not { } locker)
            return;
        var plan = state.ReadPlan();
        var run = new StageRun(plan, state, plan.OpenLayers(), workers, listener, cancellation);
        await (StageTable.Of(stage).Kind switch
        {
            StageKind.Unpack => locker.LockSourceAsync(run.ReadSource()),
            StageKind.Packages => locker.LockPackagesAsync(run.ReadState(stage - 1)),
            var kind => throw StageTable.Unexpected(kind),
        });
    }

    /// <summary>Brings all packages of the lock into the cache, so that a build needs no network.</summary>
    /// <returns>False where the lock lacks packages that the project lists: they have to be worked out first.</returns>
    /// <param name="isEvaluated">Whether the lock has just been evaluated again, where the project asks for that.</param>
    public async Task<bool> FetchLockedAsync(bool isEvaluated, BuildWorkers workers, CancellationToken cancellation) =>
        Locker(workers, cancellation) is not { } locker || await locker.FetchAsync(isEvaluated);

    /// <summary>The log of the last build that made an image.</summary>
    public string LogFile => state.LogFile;

    /// <summary>
    /// Whether scripts that the project brings along run before its packages are installed: then a restore, which runs nothing of a project,
    /// can't work the packages out.
    /// </summary>
    public bool RunsScriptsBeforePackages => state.ReadPlan().Manifest.Scripts.Any(script => script.Stage < ImageStage.InstallPackages);

    ImageLocker? Locker(BuildWorkers workers, CancellationToken cancellation) => state.ReadPlan() is { Project.Lock: { } settings } plan
        ? new(plan, settings, state, plan.OpenLayers(), workers, listener, cancellation)
        : null;

    /// <summary>Runs a stage, or takes its layer from the cache, and writes STAGE.stage.</summary>
    /// <param name="workers">Where the worker of this build is kept between stages.</param>
    /// <exception cref="BuildException">The stage failed; nothing of it is left.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing of it is left.</exception>
    public async Task<StageOutcome> RunStageAsync(ImageStage stage, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(plan.Project.Sandbox.BuildTimeout);
        var layers = plan.OpenLayers();
        var clock = new StageClock(workers.Timings, stage.ToString(), listener);
        var run = new StageRun(plan, state, layers, workers, clock, timeout.Token);
        try
        {
            await workers.HoldLayersAsync(layers, listener, timeout.Token);
            var outcome = StageTable.Of(stage).Kind switch
            {
                StageKind.Unpack => await run.UnpackSourceAsync(),
                StageKind.Files or StageKind.Scripts or StageKind.Packages or StageKind.CleanUp => await run.RunAsync(stage),
                StageKind.Seal => await run.ScanAsync(),
                StageKind.Test => await run.TestAsync(),
                var kind => throw StageTable.Unexpected(kind),
            };
            clock.Stop(outcome);
            return outcome;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BuildException("IMG3018",
                $"Stage {stage} took longer than the build may ({plan.Project.Sandbox.BuildTimeout}). Raise ImageBuildTimeout if that is right.", plan.Project.ProjectFile);
        }
        finally
        {
            clock.Fail();
        }
    }

    /// <summary>
    /// Writes the documents beside the built image that the plan asks for: bills of materials and how it was made. Most of what
    /// they say is known from earlier builds; the image's files are read only where they changed.
    /// </summary>
    public async Task DescribeAsync(BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        var layers = plan.OpenLayers();
        await workers.HoldLayersAsync(layers, listener, cancellation);
        await new ImageDescriber(plan, state, layers, workers, listener).DescribeAsync(cancellation);
    }

    /// <summary>Holds advisories against the built image: warning IMG1632 where it has vulnerable packages.</summary>
    /// <exception cref="BuildException">The advisories cannot be had, or cannot be read.</exception>
    public Task AuditAsync(AuditSettings settings, BuildWorkers workers, CancellationToken cancellation) =>
        new ImageAuditor(state.ReadPlan(), state, workers, listener).AuditAsync(settings, cancellation);

    /// <summary>Checks artifacts that are wanted before anything is built: formats, options, programs of the host.</summary>
    /// <param name="requests">Those of the project.</param>
    /// <returns>Where they are going to be.</returns>
    /// <remarks>
    /// Writes <c>artifacts.inputs</c> when what is wanted changed, and removes <c>artifacts.stage</c> where an artifact is missing or not
    /// what was made.
    /// </remarks>
    /// <exception cref="BuildException">The first mistake.</exception>
    public IReadOnlyList<MadeArtifact> PrepareArtifacts(IReadOnlyList<ArtifactRequest> requests, BuildWorkers workers)
    {
        var build = state.ReadPlan();
        var plans = ArtifactPlan.Check(requests, build.Project);
        AtomicFile.WriteWhenDifferent(state.ArtifactsInputsFile, string.Concat(plans.Select(plan => $"{plan.Describe()}\n").Append($"epoch {build.Project.SourceDateEpoch}\n")));
        foreach (var plan in plans)
        {
            if (ArtifactRecord.TryRead(plan.RecordFile)?.Matches(plan.Path) == true)
                continue;
            plan.RequireTools();
            File.Delete(state.ArtifactsStageFile);
        }
        if (!File.Exists(state.ArtifactsStageFile))
            _ = BuildSpeculation.Of(build.Project, workers).StartWorkerAsync(build.Project.CacheDirectory, () => true);
        return [.. plans.Select(plan => new MadeArtifact(plan.Format.Name, plan.Path, Directory.Exists(plan.Path), Ran: false))];
    }

    /// <summary>Makes artifacts of the built image, those left out that are there already.</summary>
    /// <param name="areProjects">Whether they are those of the project, all of them: then <c>artifacts.stage</c> says that they are there.</param>
    /// <exception cref="BuildException">One could not be made; those before it are there.</exception>
    public async Task<IReadOnlyList<MadeArtifact>> MakeArtifactsAsync(
        IReadOnlyList<ArtifactRequest> requests, bool areProjects, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        var layers = plan.OpenLayers();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(plan.Project.Sandbox.BuildTimeout);
        var made = new List<MadeArtifact>();
        try
        {
            await workers.HoldLayersAsync(layers, listener, timeout.Token);
            foreach (var artifact in ArtifactPlan.Check(requests, plan.Project))
            {
                var clock = new StageClock(workers.Timings, artifact.Format.Name, listener);
                try
                {
                    made.Add(await new ArtifactMaker(plan, state, layers, workers, clock).MakeAsync(artifact, timeout.Token));
                    clock.Stop(new StageOutcome(made[^1].Ran ? StageResult.Ran : StageResult.Cached, ""));
                }
                finally
                {
                    clock.Fail();
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BuildException("IMG3018",
                $"The artifacts took longer than the build may ({plan.Project.Sandbox.BuildTimeout}). Raise ImageBuildTimeout if that is right.", plan.Project.ProjectFile);
        }
        if (areProjects)
            AtomicFile.Write(state.ArtifactsStageFile, string.Concat(made.Select(artifact => artifact.Path + "\n")));
        return made;
    }

    /// <summary>
    /// Notes what a build by an imaginator reads, so that one without changes asks no server. Writes <c>remote.inputs</c> and those of the stages when
    /// they changed, and removes <c>remote.stage</c> where an artifact is missing or the source image may have become too old.
    /// </summary>
    /// <returns>Where artifacts are going to be.</returns>
    /// <exception cref="BuildException">The first mistake.</exception>
    public IReadOnlyList<MadeArtifact> PrepareRemote(ImageServerSettings builder, IReadOnlyList<ArtifactRequest> requests, IReadOnlyList<string> referencedImages) =>
        new RemoteInputs(state, DigestInputs).Prepare(builder, requests, referencedImages);

    /// <summary>Has an imaginator build the project, and fetches the image's record, its documents and artifacts.</summary>
    /// <param name="builder">The imaginator; its port is 6975 where none is given.</param>
    /// <param name="referencedImages">Image files of the projects that this one references, which the same imaginator has built.</param>
    /// <exception cref="BuildException">It fails.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, there too.</exception>
    public async Task BuildRemotelyAsync(
        ImageServerSettings builder, IReadOnlyList<ArtifactRequest> requests, IReadOnlyList<string> referencedImages, CancellationToken cancellation)
    {
        await using var remote = new RemoteBuild(state.ReadPlan(), state, builder, listener);
        await remote.RunAsync(requests, referencedImages, cancellation);
    }

    /// <summary>Writes the prepared project with its files, for who builds it: see <see cref="ProjectExport"/>.</summary>
    /// <exception cref="BuildException">A file cannot be read, or cannot be sent.</exception>
    public Task ExportAsync(Stream output, CancellationToken cancellation) => ProjectExport.WriteAsync(state.ReadPlan(), output, cancellation);

    /// <summary>Copies artifacts that are there into a directory.</summary>
    public async Task CopyArtifactsAsync(IReadOnlyList<string> paths, string directory, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        if (paths.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
            throw new BuildException("IMG6009", $"There is no artifact {missing} to copy to {directory}. Build the project first.", plan.Project.ProjectFile);
        Directory.CreateDirectory(directory);
        await workers.AskAsync(plan.Project.CacheDirectory, new CopyArtifactsRequest(paths, directory), listener, cancellation);
    }

    /// <summary>Removes artifacts that are folders, and their records; needs no state of a build.</summary>
    /// <exception cref="BuildException">IMG6141: one is still there.</exception>
    public Task RemoveArtifactsAsync(ArtifactRemoval removal, BuildWorkers workers, CancellationToken cancellation) =>
        ArtifactFolders.RemoveAsync(ArtifactFolders.Find(removal), () => removal.CacheDirectory, workers, listener, cancellation);

    /// <summary>Lets go of what the build holds, where nothing more is to be expected; a later request starts again.</summary>
    public Task EndAsync(BuildWorkers workers) => workers.ReleaseAsync();
}
