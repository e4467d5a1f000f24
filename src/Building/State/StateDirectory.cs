using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImageSdk.Attestations;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.State;

/// <summary>
/// The folder that holds a build's state between stages (obj/…/image):
/// <code>
/// plan.json                  BuildPlan
/// STAGE.inputs               what the stage reads, in words; empty where it has nothing to do
/// STAGE.stage                what it left; ResolveSourceImage.stage says where the source is
/// tests.passed               key of tests that passed outside the build, under dotnet test
/// tree.image                 file tree and packages, as ScanImage computed them
/// input-digests              hashes of input files by their status, so that unchanged ones are not read again
/// artifacts.inputs           the artifacts that the project wants
/// artifacts.stage            that they are all there
/// build.log                  output of all stages
/// package/                   what a NuGet package carries of the image
/// contents.json              packages and licences, as the image's files have them
/// digests.json               more digests of files that the project adds
/// described.json             which image the documents beside the record describe
/// remote.inputs              what a build by an imaginator reads besides what the stages do
/// remote.stage               what came of it
/// changelogs/                contents of changelogs, while they are read
/// </code>
/// Each file is replaced whole.
/// </summary>
sealed class StateDirectory(string path)
{
    public string Root { get; } = path;

    public string PlanFile => Path.Combine(Root, "plan.json");

    public string InputsFile(ImageStage stage) => Path.Combine(Root, $"{stage}.inputs");

    public string StageFile(ImageStage stage) => Path.Combine(Root, $"{stage}.stage");

    public string ArtifactsInputsFile => Path.Combine(Root, "artifacts.inputs");

    public string ArtifactsStageFile => Path.Combine(Root, "artifacts.stage");

    public string TreeFile => Path.Combine(Root, "tree.image");

    public string TestedFile => Path.Combine(Root, "tests.passed");

    public string DigestsFile => Path.Combine(Root, "input-digests");

    public string PackageDirectory => Path.Combine(Root, "package");

    public string ContentsFile => Path.Combine(Root, "contents.json");

    public string FileDigestsFile => Path.Combine(Root, "digests.json");

    public string DescribedFile => Path.Combine(Root, "described.json");

    public string RemoteInputsFile => Path.Combine(Root, "remote.inputs");

    public string RemoteStageFile => Path.Combine(Root, "remote.stage");

    public string ChangelogsDirectory => Path.Combine(Root, "changelogs");

    public string LogFile => Path.Combine(Root, "build.log");

    /// <summary>The plan, with what was found out since: the digest of a download, and keys of archives.</summary>
    /// <exception cref="BuildException">IMG1016: there is none.</exception>
    public BuildPlan ReadPlan()
    {
        var plan = ReadPreparedPlan();
        var project = plan.Project;
        if (project.Bootstrap?.Download is null && project.Archives.Count == 0 || JsonFile.TryRead(StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage) is not { } source)
            return plan;
        if (source.Digest is { } digest && project.Bootstrap is { Download: { } download } bootstrap)
            project = project with { Bootstrap = bootstrap with { Download = download with { Digest = digest } } };
        if (source.Archives is { } archives && archives.Select(archive => archive.Name).SequenceEqual(project.Archives.Select(archive => archive.Name)))
            project = project with { Archives = archives };
        return plan with { Project = project };
    }

    /// <summary>The plan as the project has it.</summary>
    /// <exception cref="BuildException">IMG1016: there is none.</exception>
    public BuildPlan ReadPreparedPlan() => JsonFile.TryRead(PlanFile, StateJson.Default.BuildPlan)
        ?? throw new BuildException("IMG1016", $"The build was not prepared: {PlanFile} is missing. Build the whole project, or run its target PrepareImage first.");
}
