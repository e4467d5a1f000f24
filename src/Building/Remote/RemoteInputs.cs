using System.Text;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Posix;

namespace ImageSdk.Building.Remote;

/// <summary>What a build by an imaginator reads.</summary>
/// <param name="digest">Notes what a stage reads.</param>
sealed class RemoteInputs(StateDirectory state, Action<ImageStage> digest)
{
    static readonly TimeSpan defaultMaxAge = TimeSpan.FromHours(1);

    public IReadOnlyList<MadeArtifact> Prepare(ImageServerSettings builder, IReadOnlyList<ArtifactRequest> requests, IReadOnlyList<string> referencedImages)
    {
        var plan = state.ReadPlan();
        var artifacts = ArtifactPlan.Check(requests, plan.Project);
        if (artifacts.FirstOrDefault(artifact => artifact.Format.IsFolder) is { } folder)
            throw new BuildException("IMG6360",
                $"{folder.Format.Name} makes a folder, and ImageBuilder brings files only. Make an archive instead, or build on this machine.", folder.Request.File ?? plan.Project.ProjectFile, folder.Request.Line);
        foreach (var stage in Enum.GetValues<ImageStage>())
            digest(stage);
        var text = new StringBuilder().Append(builder.Address).Append('\n');
        foreach (var artifact in artifacts)
            text.Append(artifact.Describe()).Append('\n');
        foreach (var line in (IEnumerable<string>)[.. plan.Project.Attestations, $"{plan.Project.SbomFiles} {plan.Project.SourceDateEpoch} {plan.Project.Stream} {plan.Project.Lock is not null}", .. referencedImages])
            text.Append(line).Append('\n');
        AtomicFile.WriteWhenDifferent(state.RemoteInputsFile, text.ToString());
        if (artifacts.Any(artifact => !File.Exists(artifact.Path)) || IsSourceOld(plan, referencedImages))
            File.Delete(state.RemoteStageFile);
        return [.. artifacts.Select(artifact => new MadeArtifact(artifact.Format.Name, artifact.Path, IsFolder: false, Ran: false))];
    }

    // There may be a newer image of the stream by now. Those of projects are files that MSBuild looks at.
    bool IsSourceOld(BuildPlan plan, IReadOnlyList<string> referencedImages) =>
        plan.Manifest.SourceImage.Length > 0 && referencedImages.Count == 0 && (plan.Project.Source.MaxAge ?? defaultMaxAge) is var age && age > TimeSpan.Zero
        && File.Exists(state.RemoteStageFile) && DateTime.UtcNow - File.GetLastWriteTimeUtc(state.RemoteStageFile) > age;
}
