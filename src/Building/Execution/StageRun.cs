using System.Diagnostics;
using ImageSdk.Building.Changes;
using ImageSdk.Building.Documents;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.Fetching;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.Publishing;
using ImageSdk.Building.Reporting;
using ImageSdk.Building.Scanning;
using ImageSdk.Building.Speculation;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Building.Execution;

/// <summary>One stage of one build: its key, its layer, and what the next stage gets.</summary>
sealed class StageRun(
    BuildPlan plan, StateDirectory state, LayerStore layers, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
{
    static readonly StageOutcome Nothing = new(StageResult.Nothing, "nothing to do");
    static readonly StageOutcome Cached = new(StageResult.Cached, "cached");

    readonly StageOperations operations = new(plan);
    readonly StageKeys keys = new(plan, layers);
    readonly ImageRecords records = workers.Records;
    readonly BuildSpeculation speculation = BuildSpeculation.Of(plan.Project, workers);
    readonly RemoteStages remote = new(plan, workers, listener);

    /// <summary>A stage that works on the root that the stages before it left.</summary>
    public async Task<StageOutcome> RunAsync(ImageStage stage)
    {
        var before = ReadState(stage - 1);
        var inputs = ReadInputs(stage);
        if (inputs.Length == 0)
        {
            Keep(stage, before, before.Key);
            return Nothing;
        }
        var key = keys.Of(stage, before.Key, inputs);
        var old = StageTable.Of(stage).Kind == StageKind.Packages ? JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState) : null;
        var (outcome, made) = await MakeLayerAsync(key, id =>
        {
            PrefetchTree(before);
            return new RunStageRequest(stage.ToString(), id, before.Layers, operations.Of(stage), operations.Settings(), inputs);
        });
        Keep(stage, Above(before, made) with { IsProvisional = made != key }, before.Key);
        return outcome.Ran ? outcome with { Note = RepeatedPackages.Explain(layers, old, before, inputs) } : outcome;
    }

    public async Task<StageOutcome> UnpackSourceAsync()
    {
        const ImageStage stage = ImageStage.UnpackSourceImage;
        var source = ReadSource();
        if (source.Kind == SourceKind.Project)
        {
            Keep(stage, new StageState(source.Key, source.Layers, source.Layers.Count, []), below: null);
            return new(StageResult.Cached, $"{source.Layers.Count} layers of {source.Name}");
        }
        var inputs = ReadInputs(stage);
        var isBootstrap = source.Kind == SourceKind.Bootstrap;
        var key = isBootstrap ? keys.OfBootstrap(inputs) : source.Key;
        var (outcome, made) = await MakeLayerAsync(key, async id => new RunStageRequest(
            stage.ToString(), id, [],
            [isBootstrap ? operations.Bootstrap(await FetchSourceAsync()) : operations.Unpack(source)],
            operations.Settings(readSecrets: false), inputs), isShared: isBootstrap);
        var id = CacheKey.IdOf(made);
        Keep(stage, new StageState(made, [id], isBootstrap ? 0 : 1, isBootstrap ? [id] : []) { IsProvisional = made != key }, below: null);
        return outcome;
    }

    async Task<IReadOnlyList<string>?> FetchSourceAsync()
    {
        if (plan.Project.Bootstrap?.Download is not { } download)
            return null;
        using var downloader = new SourceDownloader(layers, plan.Project.Architecture, listener, plan.Project.ProjectFile, download.DeniedNetworks);
        return await downloader.FetchAsync(download, ContentDigest.TryParse(download.Digest) ?? throw Unprepared(ImageStage.ResolveSourceImage), cancellation);
    }

    public async Task<StageOutcome> ScanAsync()
    {
        const ImageStage stage = ImageStage.ScanImage;
        var before = ReadState(stage - 1);
        var inputs = ReadInputs(stage);
        var source = ReadSource();
        var previous = PrefetchRecords(source);
        var computedFiles = MergeComputedFiles(source.ImageFile);
        var key = keys.Of(stage, before.Key, inputs);
        var manifest = plan.Manifest;
        var (outcome, _) = await MakeLayerAsync(key, id => new SealImageRequest(
            id, before.Layers, manifest.ExcludedPaths, computedFiles, TestsDirectory, manifest.TestsDirectory, manifest.TestFiles,
            operations.Settings(readSecrets: false), inputs));
        var after = Above(before, key);
        var id = CacheKey.IdOf(key);
        listener.Progress("Computing the file tree");
        var fileSystem = new ImageTreeBuilder(layers).Build(
            after, TreeOf(source.ImageFile), await TakeTreeAsync(), computedFiles, path => ManifestReader.PlaceOfComputedFile(plan.Project, path), TreeOf(previous), manifest.MtimesCopyFilter, LatestTime);
        foreach (var advice in new ImageAdvice(fileSystem, TreeOf(source.ImageFile), plan.Project).Find())
            listener.Report(advice);
        var packages = PackageFile.Read(Path.Combine(layers.LayerDirectory(id), "packages"));
        records.WriteBehind(state.TreeFile, new Image { FileSystem = fileSystem, Packages = packages });
        Keep(stage, after, before.Key);
        return outcome;
    }

    /// <summary>Runs the tests where nothing that they see has changed since they passed, and writes the image record.</summary>
    public async Task<StageOutcome> TestAsync()
    {
        const ImageStage stage = ImageStage.TestImage;
        var before = ReadState(stage - 1);
        var tree = records.Read(state.TreeFile);
        var tests = ImageTests.In(tree.FileSystem!);
        WarnOfTestsThatDoNotRun();
        var testedKey = ImageTests.KeyOf(plan, before);
        var done = JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState);
        var outcome = tests.Count == 0 ? new StageOutcome(StageResult.Nothing, "no tests") : Cached;
        // What the image is going to be, and what is to be said of it, while the tests run.
        Task? describing = null;
        var composer = new ImageComposer(plan, state, layers, records, workers.Masked, workers.ComparesImages ? workers.Shared<ImageChanges>() : null);
        var composing = speculation.BeginOrDefer(() => BackgroundWork.Start(() => composer.Compose(tree, before, ReadSource())));
        if (plan.Project.Attestations.Count > 0)
            describing = Describer.Prefetch(tree.FileSystem!, before, composing, cancellation);
        try
        {
            if (tests.Count > 0 && done?.TestedKey != testedKey && !PassedElsewhere(testedKey))
            {
                var start = Stopwatch.GetTimestamp();
                await RunTestsAsync(before.Layers, tests);
                outcome = new(StageResult.Ran, $"{tests.Count} passed, {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
            }
            composer.Write(await composing.Value);
            await records.FlushAsync();
            StreamCache.Trim(plan.Project, listener);
            StreamCache.Check(plan.Project, listener);
        }
        finally
        {
            Task? running = describing ?? (composing.IsValueCreated ? composing.Value : null);
            await (running ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Keep(stage, before with { TestedKey = testedKey }, before.Key);
        return outcome;
    }

    string TestsDirectory => ImageTests.DirectoryOf(plan);

    async Task RunTestsAsync(IReadOnlyList<string> stack, IReadOnlyList<string> tests)
    {
        var outcomes = await ImageTests.RunAsync(plan, stack, tests, workers, listener, cancellation);
        if (outcomes.Where(test => test.Error is not null).ToList() is { Count: > 0 } failures)
            throw TestFailure.Explain(failures, outcomes.Count, plan, TestsDirectory);
    }

    /// <summary>Whether dotnet test has just run them, and says so with their key.</summary>
    bool PassedElsewhere(string testedKey) => File.Exists(state.TestedFile) && File.ReadAllText(state.TestedFile) == testedKey;

    void WarnOfTestsThatDoNotRun()
    {
        if (plan.Manifest.TestsDirectory is not { } directory)
            return;
        foreach (var file in Directory.EnumerateFiles(directory))
            if ((File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0 && !Path.GetFileName(file).StartsWith('.'))
                listener.Report(new(DiagnosticSeverity.Warning, "IMG3032",
                    $"{file} is not executable, so it is no test and does not run. Make it executable (chmod +x), or ignore this if it is data of another test.", file));
    }

    /// <summary>
    /// Begins to put the image's tree together of what is there, and to read what is known of it. That takes about as long as a stage
    /// does in the worker, and nothing else goes on here meanwhile.
    /// </summary>
    void PrefetchTree(StageState before)
    {
        var tree = speculation.BeginOnce(() => Task.Run(() =>
        {
            var source = ReadSource();
            PrefetchRecords(source);
            return new ImageTreeBuilder(layers).BuildLower(before, TreeOf(source.ImageFile));
        }, CancellationToken.None));
        if (tree is not null && plan.Project.Attestations.Count > 0)
            Describer.PrefetchKnown(tree);
    }

    ImageDescriber Describer => new(plan, state, layers, workers, listener);

    /// <returns>Null where it was not begun; also where that failed, so that the error is reported by the stage itself.</returns>
    async Task<LowerTree?> TakeTreeAsync()
    {
        if (speculation.Take<LowerTree>() is not { } work)
            return null;
        await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return work.IsCompletedSuccessfully ? work.Result : null;
    }

    /// <summary>Begins to decode the records that the tree is made of.</summary>
    /// <returns>File of the stream's latest image, whose times are kept for what did not change; null where there is none.</returns>
    string? PrefetchRecords(SourceImage source)
    {
        var images = plan.Project.Store.Open().Images;
        var previous = images.DirectoryExists(plan.Project.Stream) && images.FindLatest(plan.Project.Stream) is { } latest ? images.GetPath(latest) : null;
        foreach (var record in new[] { source.ImageFile, previous }.OfType<string>())
            speculation.Prefetch(record);
        return previous;
    }

    FileSystem? TreeOf(string? record) => record is null ? null : records.Read(record).FileSystem!;

    IReadOnlyList<ComputedFileSetting> MergeComputedFiles(string? source)
    {
        if (plan.Manifest.ComputedFiles is not { } own)
            return [];
        if (!own.Add || source is null)
            return own.Value;
        var inherited = records.Read(source).FileSystem!.Walk()
            .Select(entry => entry.Inode is ComputedInode computed ? new ComputedFile(entry.Path, computed.Source) : null)
            .OfType<ComputedFile>();
        return
        [
            .. ComputedFile.Merge(inherited, own.Value.Select(file => new ComputedFile(file.Filename, file.Source)))
                .Select(file => new ComputedFileSetting(file.Filename.ToString(), file.Source)),
        ];
    }

    FileTime? LatestTime => plan.Project.SourceDateEpoch is { } seconds ? new FileTime(seconds, 0) : null;

    Task<(StageOutcome Outcome, string Key)> MakeLayerAsync(string key, Func<string, WorkerRequest> request) => MakeLayerAsync(key, id => Task.FromResult(request(id)), isShared: true);

    /// <param name="isShared">Whether other machines may take the layer from a shared cache, where there is one.</param>
    /// <returns>Also the layer's key, which is another than the one that was asked for where the layer is provisional.</returns>
    async Task<(StageOutcome Outcome, string Key)> MakeLayerAsync(string key, Func<string, Task<WorkerRequest>> request, bool isShared)
    {
        var id = CacheKey.IdOf(key);
        if (IsThere())
        {
            layers.MarkUsed([.. layers.PartsOf(id), id]);
            return (Cached, key);
        }
        using var making = await layers.LockAsync(
            id, () => listener.Progress("Waiting for another build that makes the same layer"), cancellation);
        if (IsThere())
            return (Cached, key);
        if (isShared && await remote.TryFetchAsync(id, cancellation) is { } size)
            return (new(StageResult.Cached, "from the shared cache", size), key);
        var start = Stopwatch.GetTimestamp();
        var done = await workers.AskAsync(plan.Project.CacheDirectory, await request(id), listener, cancellation);
        if (isShared && done.ProvisionalKey is null)
            await remote.SendAsync(id, cancellation);
        var summary = done.Summary is null ? "" : $"{done.Summary}, ";
        return (new(StageResult.Ran, $"{summary}{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s", done.Layer), done.ProvisionalKey ?? key);

        // The stage tells of what was made ahead of it as if it were made now.
        bool IsThere() => layers.Contains(id) && !speculation.IsSpeculative(id);
    }

    StageState Above(StageState before, string key)
    {
        var id = CacheKey.IdOf(key);
        return before with
        {
            Key = key,
            Layers = [.. before.Layers, .. layers.PartsOf(id).Append(id).Where(part => !layers.IsEmpty(part))],
            Logs = [.. before.Logs, id],
        };
    }

    string ReadInputs(ImageStage stage) => File.Exists(state.InputsFile(stage))
        ? File.ReadAllText(state.InputsFile(stage))
        : throw Unprepared(stage);

    /// <summary>What a stage left.</summary>
    public StageState ReadState(ImageStage stage)
    {
        var left = JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState) ?? throw Unprepared(stage);
        // Between the look at a finished stage and the first one that runs, a clean-up may have come.
        return left.Layers.All(layers.Contains)
            ? left with { IsProvisional = false } // What stands on it has a key of its own.
            : throw new BuildException("IMG3019", $"Layers of stage {stage} were removed from the build cache {layers.Root} while the build began. Build again.", plan.Project.ProjectFile);
    }

    /// <summary>The source image that was found.</summary>
    public SourceImage ReadSource() =>
        JsonFile.TryRead(state.StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage)
            ?? throw Unprepared(ImageStage.ResolveSourceImage);

    BuildException Unprepared(ImageStage stage) =>
        new("IMG1016", $"Stage {stage} has left no state in {state.Root}. Build the whole project.", plan.Project.ProjectFile);

    void Keep(ImageStage stage, StageState after, string? below)
    {
        var file = state.StageFile(stage);
        var old = JsonFile.TryRead(file, StateJson.Default.StageState);
        var previous = old is null || old.Key == after.Key ? old?.Previous : new StageTrace(old.Key, old.Below);
        // Layers without content are in no stack, but in the log.
        layers.MarkUsed(after.Layers.Union(after.Logs));
        JsonFile.Write(file, after with { Below = below, Previous = previous }, StateJson.Default.StageState);
    }
}
