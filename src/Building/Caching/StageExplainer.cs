using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Caching;

/// <summary>Says of a project's stages why they ran or will run, from what the last build left and from the cache.</summary>
public sealed class StageExplainer
{
    readonly StateDirectory state;
    readonly LayerStore layers;
    readonly string stream;
    readonly Lazy<List<(string Id, string Inputs, DateTime Made)>> all;
    readonly Dictionary<ImageStage, StageExplanation> known = [];

    /// <param name="stateDirectory">obj/…/image.</param>
    /// <exception cref="BuildException">It holds no state of a build (IMG7122).</exception>
    public StageExplainer(string stateDirectory)
    {
        state = new(stateDirectory);
        var plan = JsonFile.TryRead(state.PlanFile, StateJson.Default.BuildPlan) ?? throw new BuildException("IMG7122",
            $"{state.PlanFile} is not there or of another version: build the project first, and name its folder or its obj/…/image");
        stream = plan.Project.Stream;
        layers = new(plan.Project.CacheDirectory, Processes.UserId);
        all = new(ReadAll);
    }

    /// <summary>The stages that make layers.</summary>
    public static IReadOnlyList<ImageStage> Stages { get; } =
        [.. StageTable.Rows.Where(row => row.MakesLayer).Select(row => row.Stage)];

    /// <summary>The newest folder with the state of a build below a project's folder, or the folder itself.</summary>
    public static string? FindState(string directory)
    {
        const string plan = "plan.json";
        if (File.Exists(Path.Combine(directory, plan)))
            return directory;
        var objects = Path.Combine(directory, "obj");
        if (!Directory.Exists(objects))
            return null;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(objects, plan, options)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "image")
            .OrderByDescending(File.GetLastWriteTimeUtc)
            .Select(Path.GetDirectoryName)
            .FirstOrDefault();
    }

    public StageExplanation Explain(ImageStage stage) =>
        known.TryGetValue(stage, out var explanation) ? explanation : known[stage] = Find(stage);

    StageExplanation Find(ImageStage stage)
    {
        var inputs = File.Exists(state.InputsFile(stage)) ? File.ReadAllText(state.InputsFile(stage)) : "";
        var done = ReadState(stage);
        if (stage == ImageStage.UnpackSourceImage && inputs.Length == 0)
            return ExplainSource(done);
        if (inputs.Length == 0)
            return new(stage, StageStatus.Idle, StageReason.First, null, null, null, []);
        if (done is null)
            return WillRun(stage, inputs, Similar(stage, inputs, except: null), StageReason.First);
        var layer = CacheKey.IdOf(done.Key);
        if (layers.TryReadInputs(layer) is not { } made || !layers.Contains(layer))
            return IsKey(done, stage, inputs)
                ? new(stage, StageStatus.WillRun, StageReason.Lost, null, null, null, [])
                : WillRun(stage, inputs, Similar(stage, inputs, except: layer), StageReason.Lost);
        if (made != inputs)
            return WillRun(stage, inputs, (layer, made), StageReason.Inputs, last: layer);
        if (ReadState(stage - 1) is { } below && below.Key != done.Below && done.Below is not null)
            return new(stage, StageStatus.WillRun, StageReason.Below, layer, layer, ChangedBelow(stage), []);
        if (FirstToRun(stage) is { } waiting)
            return new(stage, StageStatus.WillRun, StageReason.Below, layer, layer, waiting, []);
        return ExplainDone(stage, done, layer, inputs);
    }

    // As StageRun computes it: whether the stage did what it did with these inputs, though its layer can't be asked.
    bool IsKey(StageState done, ImageStage stage, string inputs)
    {
        var generation = StageTable.Of(stage).FollowsPackageAge ? layers.GenerationOf(StreamGeneration.KeyOf(stream)) : "";
        return done.Key == CacheKey.Of(done.Below ?? "bootstrap", inputs, generation);
    }

    StageExplanation WillRun(ImageStage stage, string inputs, (string Id, string Inputs)? previous, StageReason otherwise, string? last = null)
    {
        if (previous is not { } found)
            return new(stage, StageStatus.WillRun, otherwise, null, null, null, []);
        var changes = InputsDifference.Find(found.Inputs, inputs);
        if (changes.Count > 0)
            return new(stage, StageStatus.WillRun, StageReason.Inputs, null, found.Id, null, changes) { IsGuess = found.Id != last };
        // The cache may have been cleaned up, or the stage did not get as far after a change below.
        return FirstToRun(stage) is { } waiting
            ? new(stage, StageStatus.WillRun, StageReason.Below, null, found.Id, waiting, [])
            : new(stage, StageStatus.WillRun, otherwise, null, found.Id, null, []);
    }

    StageExplanation ExplainDone(ImageStage stage, StageState done, string layer, string inputs)
    {
        (string Id, string Inputs)? previous = null;
        if (done.Previous is { } trace && CacheKey.IdOf(trace.Key) is var id && layers.TryReadInputs(id) is { } old)
            previous = (id, old);
        var isGuess = previous is null;
        previous ??= Similar(stage, inputs, except: layer);
        if (previous is not { } found)
            return new(stage, StageStatus.Done, StageReason.First, layer, null, null, []);
        var changes = InputsDifference.Find(found.Inputs, inputs);
        if (changes.Count > 0)
            return new(stage, StageStatus.Done, StageReason.Inputs, layer, found.Id, null, changes) { IsGuess = isGuess };
        // Only what comes from package repositories becomes another without a change.
        return StageTable.Of(stage).FollowsPackageAge && done.Previous is { } before && before.Below == done.Below
            ? new(stage, StageStatus.Done, StageReason.Age, layer, found.Id, null, [])
            : new(stage, StageStatus.Done, StageReason.Below, layer, found.Id, ChangedBelow(stage), []);
    }

    // A source from the store or from another project is named by its key alone.
    StageExplanation ExplainSource(StageState? done)
    {
        const ImageStage stage = ImageStage.UnpackSourceImage;
        var source = JsonFile.TryRead(state.StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage);
        if (done is null || source is null)
            return new(stage, StageStatus.WillRun, StageReason.First, null, null, null, []);
        var layer = CacheKey.IdOf(done.Key);
        if (source.Key != done.Key)
            return new(stage, StageStatus.WillRun, StageReason.Source, layer, layer, null, []);
        if (!done.Layers.All(layers.Contains))
            return new(stage, StageStatus.WillRun, StageReason.Lost, layer, null, null, []);
        return done.Previous is { } previous
            ? new(stage, StageStatus.Done, StageReason.Source, layer, CacheKey.IdOf(previous.Key), null, [])
            : new(stage, StageStatus.Done, StageReason.First, layer, null, null, []);
    }

    /// <summary>The nearest stage below that changed by itself.</summary>
    ImageStage? ChangedBelow(ImageStage stage)
    {
        for (var below = stage - 1; below >= ImageStage.UnpackSourceImage; below--)
            if (Explain(below) is { Status: not StageStatus.Idle, Reason: not (StageReason.Below or StageReason.First) })
                return below;
        return null;
    }

    ImageStage? FirstToRun(ImageStage stage)
    {
        foreach (var below in Stages.TakeWhile(below => below < stage))
            if (Explain(below).Status == StageStatus.WillRun)
                return below;
        return null;
    }

    StageState? ReadState(ImageStage stage) => stage < ImageStage.UnpackSourceImage
        ? null
        : JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState);

    /// <summary>The layer that was most likely made by this stage of this project before: the most similar, then the newest.</summary>
    (string Id, string Inputs)? Similar(ImageStage stage, string inputs, string? except)
    {
        var header = InputsDifference.HeaderOf(inputs);
        var candidates = all.Value.Where(layer => layer.Id != except && InputsDifference.HeaderOf(layer.Inputs) == header && IsOfStream(layer.Inputs))
            .OrderByDescending(layer => InputsDifference.Similarity(inputs, layer.Inputs)).ThenByDescending(layer => layer.Made).ToList();
        // Less than two thirds in common says nothing: it is another project's.
        return candidates is [var best, ..] && InputsDifference.Similarity(inputs, best.Inputs) * 3 >= inputs.Split('\n').Length * 2
            ? (best.Id, best.Inputs)
            : null;
    }

    // Scripts, packages and tests get the stream's name, so that their inputs say whose they are; those of files do not.
    bool IsOfStream(string inputs) => inputs.Split('\n').All(line =>
        !(line.StartsWith("variable IMAGE_STREAM ", StringComparison.Ordinal) || line.StartsWith("stream ", StringComparison.Ordinal))
        || line[(line.LastIndexOf(' ') + 1)..] == stream);

    List<(string Id, string Inputs, DateTime Made)> ReadAll() =>
    [
        .. layers.Ids().Where(layers.Contains)
            .Select(id => (Id: id, Inputs: layers.TryReadInputs(id) ?? "", Made: File.GetLastWriteTimeUtc(layers.IndexFile(id)))),
    ];
}
