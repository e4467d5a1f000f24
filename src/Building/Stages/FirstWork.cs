using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;

namespace ImageSdk.Building.Stages;

/// <summary>
/// What a build that was never made is going to work at first, as far as its project says: a bootstrap that is not in the cache, or
/// else packages on a source image that is.
/// </summary>
sealed class FirstWork(BuildPlan plan, LayerStore layers, DigestCache digests)
{
    readonly StageKeys keys = new(plan, layers);
    readonly StageInputs inputs = new(plan, digests);
    readonly StageOperations operations = new(plan);

    /// <param name="referencedImages">Image files of referenced projects, built or not.</param>
    /// <returns>Null where that can't be said, or is nothing that takes long.</returns>
    public RunStageRequest? Find(IReadOnlyList<string> referencedImages)
    {
        // A lock says what apt would be asked, and a shared cache may have it all.
        if (plan.Project.Lock is not null || plan.Project.RemoteCache is not null)
            return null;
        if (plan.Project.Bootstrap is not null)
        {
            const ImageStage unpack = ImageStage.UnpackSourceImage;
            var key = keys.OfBootstrap(inputs.Describe(unpack));
            var id = LayerStore.IdOf(key);
            return layers.Contains(id)
                ? FindPackages(key, [id])
                : new RunStageRequest(unpack.ToString(), id, [], [operations.Bootstrap()], operations.Settings(readSecrets: false), "");
        }
        return plan.Manifest.SourceImage.Length == 0 && referencedImages is [var file]
            && StateDirectory.TryRead(file + ".json", StateJson.Default.BuiltImage) is { } image && image.Layers.All(layers.Contains)
            ? FindPackages(image.Key, image.Layers)
            : null;
    }

    RunStageRequest? FindPackages(string key, IReadOnlyList<string> below)
    {
        if (operations.PackagesAhead() is not { Count: > 0 })
            return null;
        foreach (var stage in new[] { ImageStage.CopyFiles, ImageStage.RunPreInstallScripts, ImageStage.InstallPackages })
            if (inputs.Describe(stage) is { Length: > 0 } described)
                key = keys.Of(stage, key, described);
        return layers.Contains(LayerStore.IdOf(key))
            ? null
            : new RunStageRequest(nameof(ImageStage.InstallPackages), "", below, operations.Of(ImageStage.InstallPackages), operations.Settings(), "");
    }
}
