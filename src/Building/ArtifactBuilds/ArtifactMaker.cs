using ImageSdk.Artifacts;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.ArtifactBuilds;

/// <summary>Makes artifacts of the image that a build left, each once for what it is made from.</summary>
sealed class ArtifactMaker(BuildPlan plan, StateDirectory state, LayerStore layers, BuildWorkers workers, IBuildListener listener)
{
    /// <summary>Raised when the engine's part of artifacts changes.</summary>
    const string EngineVersion = "1";

    public async Task<MadeArtifact> MakeAsync(ArtifactPlan artifact, CancellationToken cancellation)
    {
        var imageFile = plan.Project.ImageFile;
        var built = JsonFile.TryRead(imageFile + ".json", StateJson.Default.BuiltImage)
            ?? throw new BuildException("IMG6006", $"There is no image to make {artifact.Format.Name} of: {imageFile} has not been built. Build the project first.", plan.Project.ProjectFile);
        Directory.CreateDirectory(artifact.Request.OutputDirectory);
        using var making = await layers.LockAsync(
            $"artifact-{CacheKey.IdOf(CacheKey.Of(artifact.Path))}", () => listener.Progress($"Waiting for another build that makes {artifact.Path}"), cancellation);
        // The key takes a look at every file of the image. Of another tree it will be another one: then the artifact is made meanwhile.
        var describing = Task.Run(() => Describe(artifact, built, workers.Records.Read(imageFile)), CancellationToken.None);
        if (ArtifactRecord.TryRead(artifact.RecordFile) is { } record && record.TreeHash == built.TreeHash && record.Matches(artifact.Path)
            && record.Key == (await describing).Key)
            return new(artifact.Format.Name, artifact.Path, record.IsFolder, Ran: false);
        if (!built.Layers.All(layers.Contains))
            throw new BuildException("IMG6005",
                $"The layers of {imageFile} are no longer in the cache {layers.Root}, so that {artifact.Format.Name} can't be made of them. Build the project again.", plan.Project.ProjectFile);
        artifact.RequireTools();
        File.Delete(artifact.RecordFile);
        layers.MarkUsed(built.Layers);
        var request = RequestOf(artifact, built, imageFile);
        if (artifact.Format.NeedsSourceDisk)
        {
            var (file, name) = await new SourceDiskFile(plan.Project, layers, listener).FindAsync(cancellation);
            request = request with { SourceFile = file, Source = name, Limits = plan.Project.Sandbox.Limits };
        }
        await workers.AskAsync(plan.Project.CacheDirectory, request, listener, cancellation);
        var (key, epoch) = await describing;
        var isFolder = Directory.Exists(artifact.Path);
        new ArtifactRecord(
            artifact.Format.Name, artifact.Format.Version, key, built.Stream, built.TreeHash, epoch,
            artifact.Settings.Values, isFolder, ArtifactFile.List(artifact.Path)).Write(artifact.RecordFile);
        return new(artifact.Format.Name, artifact.Path, isFolder, Ran: true);
    }

    MakeArtifactRequest RequestOf(ArtifactPlan artifact, BuiltImage built, string imageFile) => new(
        artifact.Format.Name, artifact.Settings.Values, built.Layers, imageFile, built.TreeHash, Path.GetFileNameWithoutExtension(imageFile), built.Stream,
        plan.Project.Architecture, plan.Project.SourceDateEpoch, artifact.Request.ExtraTrees, artifact.Path)
    {
        File = artifact.Request.File, Line = artifact.Request.Line,
    };

    /// <summary>All that an artifact is made from. Of the times of files those count that reach it.</summary>
    (string Key, long Epoch) Describe(ArtifactPlan artifact, BuiltImage built, Image image)
    {
        var epoch = plan.Project.SourceDateEpoch ?? ArtifactTimes.NewestOf(image.FileSystem!);
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
        var key = CacheKey.Of([
            EngineVersion, artifact.Describe(), built.TreeHash, ArtifactTimes.Digest(ArtifactTimes.Apply(image.FileSystem!, epoch)), epoch.ToString(),
            built.Stream, plan.Project.Architecture, ImageTags.Format(image.Tags ?? new Dictionary<string, string>()), extra,
            // The lowest layer is the disk's.
            .. artifact.Format.NeedsSourceDisk ? built.Layers.Take(1) : []]);
        return (key, epoch);
    }
}
