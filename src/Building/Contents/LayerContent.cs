using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Contents;

/// <summary>Contents in the layers of this machine, read by a worker.</summary>
/// <param name="cacheDirectory">Of the build, which the worker serves.</param>
sealed class LayerContent(string imageFile, BuiltImage built, string cacheDirectory, LayerStore layers, BuildWorkers workers, IBuildListener listener, string? projectFile) : IImageContent
{
    public Task StoreAsync(IReadOnlyList<ImageObject> objects, string directory, CancellationToken cancellation) =>
        AskAsync(new StoreObjectsRequest(built.Layers, objects, directory), cancellation);

    public Task PackAsync(string objectsFile, string noticesFile, CancellationToken cancellation) =>
        AskAsync(new PackImageRequest(built.Layers, imageFile, objectsFile, noticesFile), cancellation);

    public Task WriteLogAsync(ObjectHash log, string file, CancellationToken cancellation) =>
        throw new BuildException("IMG7003", $"The log of the build, {file}, is gone. Build the project again.", projectFile);

    async Task AskAsync(WorkerRequest request, CancellationToken cancellation)
    {
        if (!built.Layers.All(layers.Contains))
            throw new BuildException("IMG7003", $"The layers of {imageFile} are no longer in the cache {layers.Root}. Build the project again.", projectFile);
        await workers.AskAsync(cacheDirectory, request, listener, cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
