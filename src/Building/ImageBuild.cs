using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Projects;
using ImageSdk.Building.Stages;

namespace ImageSdk.Building;

/// <summary>
/// A build of one image project. The state between stages lies in a folder (obj/…/image), so that each MSBuild target
/// can be skipped, run alone or run in another process. Nothing here depends on MSBuild.
/// </summary>
/// <param name="stateDirectory">obj/…/image/; made on demand.</param>
public sealed class ImageBuild(string stateDirectory, IBuildListener listener)
{
    /// <summary>
    /// Reads and checks the manifest directory, merges it with the project and writes the plan (plan.json, only when it
    /// changed). Throws <see cref="BuildException"/> at the first mistake.
    /// </summary>
    public void Prepare(ImageProject project) => throw new NotImplementedException();

    /// <summary>
    /// Finds the source image. Writes ResolveSourceImage.stage only when the answer changed.
    /// </summary>
    /// <param name="referencedImages">Image files (bin/…/x.image) of the projects that this one references.</param>
    /// <param name="mayBuild">False on the second try, after the returned project was built.</param>
    /// <returns>The project to build (and publish) first, or null where the source is at hand.</returns>
    public string? ResolveSource(IReadOnlyList<string> referencedImages, bool mayBuild) => throw new NotImplementedException();

    /// <summary>Writes STAGE.inputs, what the stage reads, only when it changed. Cheap: unchanged files are not read again.</summary>
    public void DigestInputs(ImageStage stage) => throw new NotImplementedException();

    /// <summary>Runs a stage, or takes its layer from the cache, and writes STAGE.stage.</summary>
    /// <param name="workers">Where the worker of this build is kept between stages.</param>
    public Task<StageOutcome> RunStageAsync(ImageStage stage, BuildWorkers workers, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Adds the built image to the store. Idempotent.</summary>
    /// <returns>The image's name.</returns>
    public Task<string> PublishAsync(BuildWorkers workers, CancellationToken cancellation) => throw new NotImplementedException();
}

/// <param name="Ran">False where the layer came from the cache or the stage had nothing to do.</param>
/// <param name="Summary">A line for the log, for instance "3 scripts, 4.1 s" or "cached".</param>
public sealed record StageOutcome(bool Ran, string Summary);

/// <summary>
/// The sandboxed worker process of a build, started when the first stage has something to do and shared by all its
/// stages. Disposing it ends the worker; whatever the worker had mounted or started ends with it.
/// </summary>
/// <param name="workerAssembly">Path of ImageSdk.Worker.dll.</param>
/// <param name="dotnet">Path of the dotnet host that runs it.</param>
public sealed class BuildWorkers(string workerAssembly, string dotnet) : IDisposable
{
    public string WorkerAssembly { get; } = workerAssembly;

    public string Dotnet { get; } = dotnet;

    public void Dispose()
    {
    }
}
