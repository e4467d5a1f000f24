using ImageSdk.Artifacts;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>Makes artifacts of the image that a build left, each once for what it is made from.</summary>
sealed class ArtifactMaker(BuildPlan plan, StateDirectory state, LayerStore layers, BuildWorkers workers, IBuildListener listener)
{
    /// <summary>Raised when the engine's part of artifacts changes.</summary>
    const string EngineVersion = "1";

    public async Task<MadeArtifact> MakeAsync(ArtifactPlan artifact, CancellationToken cancellation)
    {
        var imageFile = plan.Project.ImageFile;
        var built = StateDirectory.TryRead(imageFile + ".json", StateJson.Default.BuiltImage)
            ?? throw new BuildException("IMG6006", $"There is no image to make {artifact.Format.Name} of: {imageFile} has not been built. Build the project first.", plan.Project.ProjectFile);
        var image = workers.Records.Read(imageFile);
        var epoch = EpochOf(image, artifact.Request);
        var key = KeyOf(artifact, built, image, epoch);
        Directory.CreateDirectory(artifact.Request.OutputDirectory);
        using var making = await layers.LockAsync(
            $"artifact-{LayerStore.IdOf(LayerStore.KeyOf(artifact.Path))}", () => listener.Progress($"Waiting for another build that makes {artifact.Path}"), cancellation);
        if (ArtifactRecord.TryRead(artifact.RecordFile) is { } record && record.Key == key && record.Matches(artifact.Path))
            return new(artifact.Format.Name, artifact.Path, record.IsFolder, Ran: false);
        if (!built.Layers.All(layers.Contains))
            throw new BuildException("IMG6005",
                $"The layers of {imageFile} are no longer in the cache {layers.Root}, so that {artifact.Format.Name} can't be made of them. Build the project again.", plan.Project.ProjectFile);
        artifact.RequireTools();
        File.Delete(artifact.RecordFile);
        layers.MarkUsed(built.Layers);
        listener.Progress($"Making {Path.GetFileName(artifact.Path)}");
        await workers.AskAsync(plan.Project.CacheDirectory, RequestOf(artifact, built, imageFile, epoch), listener, cancellation);
        var isFolder = Directory.Exists(artifact.Path);
        new ArtifactRecord(
            artifact.Format.Name, artifact.Format.Version, key, built.Stream, built.TreeHash, epoch,
            artifact.Settings.Values, isFolder, ArtifactFile.List(artifact.Path)).Write(artifact.RecordFile);
        return new(artifact.Format.Name, artifact.Path, isFolder, Ran: true);
    }

    MakeArtifactRequest RequestOf(ArtifactPlan artifact, BuiltImage built, string imageFile, long epoch) => new(
        artifact.Format.Name, artifact.Settings.Values, built.Layers, imageFile, built.TreeHash, Path.GetFileNameWithoutExtension(imageFile), built.Stream,
        plan.Project.Architecture, epoch, artifact.Request.ExtraTrees, artifact.Path);

    static long EpochOf(Image image, ArtifactRequest request)
    {
        try
        {
            return ArtifactTimes.EpochOf(image.FileSystem!);
        }
        catch (ArtifactException exception)
        {
            throw new BuildException(exception.Code, exception.Message, request.File, request.Line, inner: exception);
        }
    }

    /// <summary>All that an artifact is made from. Of the times of files those count that reach it.</summary>
    string KeyOf(ArtifactPlan artifact, BuiltImage built, Image image, long epoch)
    {
        var extra = "";
        if (artifact.Request.ExtraTrees.Count > 0)
        {
            var digests = new DigestCache(state.DigestsFile);
            var inputs = new InputsWriter(digests);
            foreach (var tree in artifact.Request.ExtraTrees)
                inputs.Tree("extra", tree);
            digests.Save();
            extra = inputs.ToString();
        }
        return LayerStore.KeyOf(
            EngineVersion, artifact.Describe(), built.TreeHash, ArtifactTimes.Digest(ArtifactTimes.Apply(image.FileSystem!, epoch)), epoch.ToString(),
            built.Stream, plan.Project.Architecture, ImageTags.Format(image.Tags ?? new Dictionary<string, string>()), extra);
    }
}
