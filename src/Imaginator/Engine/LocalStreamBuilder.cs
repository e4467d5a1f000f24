using ImageSdk.Building;
using ImageSdk.Building.Remote;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Builds on this machine, with the engine of <c>dotnet build</c>: the same stages, cache and sandbox.</summary>
/// <param name="settings">How.</param>
/// <param name="configuration">The main configuration.</param>
/// <param name="variables">Variables that are kept out of the other files.</param>
/// <param name="mirrors">Repositories of manifests.</param>
/// <param name="server">Where source images are looked for.</param>
/// <param name="directories">Where builds keep their state.</param>
/// <param name="time">The clock.</param>
sealed class LocalStreamBuilder(
    EngineSettings settings, MainConfiguration configuration, Func<IReadOnlyDictionary<string, string>> variables, GitMirrors mirrors, ImageServerLink server,
    BuildDirectories directories, TimeProvider time) : IStreamBuilder
{
    const string DefaultBranch = "master";

    readonly ProjectMaker projects = new(settings, configuration);
    readonly LinkedManifests links = new(mirrors);
    readonly ProjectEvaluator evaluator = new(settings, configuration);

    public async Task<IBuiltImage> BuildAsync(StreamBuild build, IBuildListener log, CancellationToken cancellation)
    {
        var listener = new MaskedListener(log, new SecretMask(variables().Values));
        var directory = await directories.TakeAsync(build.Stream.Name, () => listener.Progress("Waiting until folders of the imaginator are cleaned up"), cancellation);
        var workers = new BuildWorkers(settings.WorkerAssembly, settings.Dotnet) { Masked = [.. variables().Values] };
        try
        {
            var project = build.Stream switch
            {
                BootstrapStream bootstrap => projects.Make(bootstrap, build, directory.Path),
                ManifestStream manifest => await FetchAsync(manifest, build, directory, listener, cancellation),
                var other => throw new InvalidOperationException($"no way to build {other}"),
            };
            var engine = new ImageBuild(Path.Combine(directory.Path, "state"), listener);
            var stages = await RunAsync(engine, project, build, workers, listener, cancellation);
            await using var file = File.OpenRead(project.ImageFile);
            return new BuiltImage(ImageFile.Read(file), stages, engine, workers, directory);
        }
        catch (Exception problem)
        {
            workers.Dispose();
            directory.Dispose();
            if (MaskedOf(problem, listener) is { } masked)
                throw masked;
            throw;
        }
    }

    // Directories of manifests may have secrets in them, too.
    static Exception? MaskedOf(Exception problem, MaskedListener mask) => problem switch
    {
        BuildException { Diagnostic: var diagnostic } => new BuildException(diagnostic with { Message = mask.Mask(diagnostic.Message) }, problem),
        StreamException => new StreamException(mask.Mask(problem.Message)),
        GitException => new GitException(mask.Mask(problem.Message), problem),
        _ => null,
    };

    async Task<ImageProject> FetchAsync(ManifestStream stream, StreamBuild build, BuildDirectory directory, IBuildListener log, CancellationToken cancellation)
    {
        var location = ManifestLocation.Of(stream, stream.ArchitectureOr(settings.Architecture), build.Variables, variables());
        var branch = build.GitBranch.Length > 0 ? build.GitBranch : DefaultBranch;
        if (location.Repository is null)
        {
            if (branch != DefaultBranch)
                throw new StreamException($"branch: {branch} is not {DefaultBranch}");
            if (!Directory.Exists(location.Directory))
                throw new StreamException($"there is no manifest directory {location.Directory}");
            log.Progress($"Manifest tree: {location.Directory}");
            return await EvaluateAsync(projects.Make(stream, build, directory.Path, location.Directory, new("", "", "", build.GitBranch)), directory.Path, log, cancellation);
        }
        log.Progress($"Fetching repository: {location.PublicUrl} branch: {branch}");
        var began = time.GetTimestamp();
        var tree = directory.Hold(await mirrors.FetchAsync(location.Repository, branch, location.Directory, cancellation));
        log.Progress($"Have commit {tree.CommitId} after {HumanDuration.Format(time.GetElapsedTime(began))}");
        tree = directory.Hold(await links.ResolveAsync(location.Repository, tree, location.Directory, cancellation));
        return await EvaluateAsync(projects.Make(stream, build, directory.Path, tree.Directory, new(branch, tree.CommitId, location.PublicUrl, build.GitBranch)), directory.Path, log, cancellation);
    }

    /// <summary>Adds what the project in the manifest directory says, where there is one.</summary>
    async Task<ImageProject> EvaluateAsync(ImageProject project, string directory, IBuildListener log, CancellationToken cancellation)
    {
        if (ProjectEvaluation.Find(project.ManifestDirectory) is not { } file)
            return project;
        if (evaluator.IsEnabled)
            return await evaluator.EvaluateAsync(file, directory, project, log, cancellation);
        log.Report(new(DiagnosticSeverity.Warning, "IMG1363",
            $"{Path.GetFileName(file)} is not looked at, and the stream built by its manifest alone: the imaginator has no ImageSdk. Have it started with -imageSdk, or remove the project."));
        return project;
    }

    async Task<IReadOnlyList<BuiltStage>> RunAsync(ImageBuild engine, ImageProject project, StreamBuild build, BuildWorkers workers, IBuildListener log, CancellationToken cancellation)
    {
        engine.Prepare(project, cancellation);
        if (engine.ReadSourceRequirement() is { } source)
            await RequireSourceAsync(source, build.MaxSourceAge, cancellation);
        else if (project.Bootstrap is null)
            throw new StreamException("the manifest names no SourceImage");
        if (build.MaxPackageAge is { } age)
            ImageBuild.RenewPackages(settings.CacheDirectory, build.Stream.Name, age);
        if (await engine.ResolveSourceAsync([], mayBuild: false, settings.ImageServer, cancellation: cancellation) is not null)
            throw new InvalidOperationException("the engine knows no other streams");
        // Reports of a stage are sent while it runs.
        var reported = Task.CompletedTask;
        var stages = new List<BuiltStage>();
        foreach (var stage in Enum.GetValues<ImageStage>().Where(stage => stage != ImageStage.ResolveSourceImage))
        {
            if (build.Report is { } report)
                reported = ReportAsync(report, stage, reported);
            engine.DigestInputs(stage);
            var began = time.GetTimestamp();
            var outcome = await engine.RunStageAsync(stage, workers, cancellation);
            stages.Add(new(stage.ToString(), outcome.Result, (long)time.GetElapsedTime(began).TotalMilliseconds));
        }
        await reported;
        return stages;
    }

    static async Task ReportAsync(Func<string, Task> report, ImageStage stage, Task before)
    {
        await before;
        await report($"stage {stage}");
    }

    async Task RequireSourceAsync(SourceRequirement source, TimeSpan maxAge, CancellationToken cancellation)
    {
        if (await server.FindLatestAsync(source.Stream, source.GitCommitId, source.TagsToMatch, cancellation) is not { } name)
            throw new SourceNeededException("no source image", source);
        if (maxAge > TimeSpan.Zero && await server.FindCreationAsync(name, cancellation) is { } made && time.GetUtcNow() - made > maxAge)
            throw new SourceNeededException("too old source image", source);
    }

    sealed class BuiltImage(Image image, IReadOnlyList<BuiltStage> stages, ImageBuild engine, BuildWorkers workers, BuildDirectory directory) : IBuiltImage
    {
        public Image Image => image;

        public IReadOnlyList<BuiltStage> Stages => stages;

        public Task StoreObjectsAsync(IReadOnlySet<ObjectHash> wanted, string target, CancellationToken cancellation) =>
            engine.StoreObjectsAsync(wanted, target, workers, cancellation);

        public ValueTask DisposeAsync()
        {
            workers.Dispose();
            directory.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
