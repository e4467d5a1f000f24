using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;

namespace ImageSdk.Building.Execution;

/// <summary>
/// Says why packages were installed again though neither their list nor anything else of their stage changed: which file below them
/// did, and which stage would have spared it.
/// </summary>
/// <remarks>Why the layers of packages are not put on what changed instead: docs/decisions/0001-packages-on-a-changed-base.md.</remarks>
static class RepeatedPackages
{
    const int MostNamed = 3;

    /// <param name="old">What the stage left before; null where it is not known.</param>
    /// <param name="before">What it stands on now.</param>
    /// <param name="inputs">What it reads.</param>
    /// <returns>A sentence; null where nothing below it is the reason, or where that is not known any more.</returns>
    public static string? Explain(LayerStore layers, StageState? old, StageState before, string inputs)
    {
        if (old is null || old.Below == before.Key || layers.TryReadInputs(CacheKey.IdOf(old.Key)) != inputs)
            return null;
        var at = before.Layers.Zip(old.Layers).TakeWhile(pair => pair.First == pair.Second).Count();
        if (at >= before.Layers.Count || at >= old.Layers.Count || layers.TryReadInputs(before.Layers[at]) is not { } made || layers.TryReadInputs(old.Layers[at]) is not { } earlier)
            return null;
        var stage = InputsDifference.StageOf(made);
        var isSource = at < before.SourceLayerCount;
        var place = isSource ? $"{stage} of the source image" : stage;
        return $"packages were installed again because {Describe(earlier, made)} in {place}, on which they stand; "
            + (isSource
                ? "all of a source image lies below the packages of images on it: what only these images need at the end belongs into their own post-install-files/"
                : Advise(StageTable.Find(stage)?.Kind));
    }

    // The first stage of the kind after the packages brings the same.
    static string Advise(StageKind? kind) => kind switch
    {
        StageKind.Files when FirstAfterPackages(kind) is { } later => $"files that no package needs while it is installed spare that in {later.Folder}/ ({later.Stage})",
        StageKind.Scripts when FirstAfterPackages(kind) is { } later => $"what no package needs while it is installed spares that in {later.Folder}/ ({later.Stage})",
        _ => "what packages do not need while they are installed belongs into a later stage",
    };

    static StageRow? FirstAfterPackages(StageKind? kind) => StageTable.Rows.FirstOrDefault(row => row.Kind == kind && row.Stage > ImageStage.InstallPackages);

    static string Describe(string earlier, string made)
    {
        if (InputsDifference.StageOf(earlier) != InputsDifference.StageOf(made))
            return "something new was done";
        var changes = InputsDifference.Find(earlier, made).ConvertAll(change => change.Text);
        return changes.Count switch
        {
            0 => "something changed",
            <= MostNamed => string.Join(" and ", changes),
            _ => $"{string.Join(", ", changes.Take(MostNamed))} and {changes.Count - MostNamed} more",
        };
    }
}
