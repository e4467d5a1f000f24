using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;

namespace ImageSdk.Building.Speculation;

/// <summary>
/// What a build that was never made is going to work at first, as far as its project says: a bootstrap that is not in the cache, and the
/// stages up to the packages, on that or on a source image that is.
/// </summary>
sealed class FirstStages(BuildPlan plan, LayerStore layers, DigestCache digests)
{
    readonly StageKeys keys = new(plan, layers);
    readonly StageInputs inputs = new(plan, digests);
    readonly StageOperations operations = new(plan);

    /// <param name="referencedImages">Image files of referenced projects, built or not.</param>
    /// <returns>The first stages that have to run; none where that can't be said, or is nothing that takes long.</returns>
    public IReadOnlyList<RunStageRequest> Find(IReadOnlyList<string> referencedImages)
    {
        // A lock says what apt would be asked, and a shared cache may have it all. A download is not there yet, nor are keys of archives.
        if (plan.Project.Lock is not null || plan.Project.RemoteCache is not null || plan.Project.Bootstrap?.Download is not null || plan.Project.Archives.Count > 0)
            return [];
        if (plan.Project.Bootstrap is not null)
            return FindFromBootstrap();
        return plan.Manifest.SourceImage.Length == 0 && referencedImages is [var file]
            && JsonFile.TryRead(file + ".json", StateJson.Default.BuiltImage) is { } image && image.Layers.All(layers.Contains)
            ? FindUpToPackages(image.Key, image.Layers)
            : [];
    }

    IReadOnlyList<RunStageRequest> FindFromBootstrap()
    {
        const ImageStage stage = ImageStage.UnpackSourceImage;
        var described = inputs.Describe(stage);
        var key = keys.OfBootstrap(described);
        var id = CacheKey.IdOf(key);
        var above = FindUpToPackages(key, [id]);
        return layers.Contains(id)
            ? above
            : [new(stage.ToString(), id, [], [operations.Bootstrap()], operations.Settings(readSecrets: false), described), .. above];
    }

    IReadOnlyList<RunStageRequest> FindUpToPackages(string key, IReadOnlyList<string> below)
    {
        // The project's own scripts, and its secrets, wait until all of the project is known to be right.
        List<StageRow> rows = [.. StageTable.Rows.Where(row => row.Stage is > ImageStage.UnpackSourceImage and <= ImageStage.InstallPackages)];
        if (plan.Manifest.Packages.Count == 0 || plan.Project.Sandbox.Secrets.Count > 0 || rows.Exists(row => row.Kind == StageKind.Scripts && inputs.Describe(row.Stage).Length > 0))
            return [];
        var requests = new List<RunStageRequest>();
        foreach (var stage in rows.Select(row => row.Stage))
        {
            if (inputs.Describe(stage) is not { Length: > 0 } described)
                continue;
            key = keys.Of(stage, key, described);
            var id = CacheKey.IdOf(key);
            if (!layers.Contains(id))
                requests.Add(new(stage.ToString(), id, below, operations.Of(stage), operations.Settings(), described));
            below = [.. below, id];
        }
        return layers.Contains(below[^1]) ? [] : requests;
    }
}
