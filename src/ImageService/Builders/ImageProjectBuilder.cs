using ImageSdk.Building;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Remote;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Builders;

/// <summary>Builds recipes of the type <c>imgproj</c> with the engine of <c>dotnet build</c>: the same stages, cache and sandbox.</summary>
sealed class ImageProjectBuilder(EngineSettings settings)
{
    const string KernelFormat = "kernel";

    /// <param name="folder">Where the recipe lies.</param>
    /// <exception cref="RunException">It cannot be built.</exception>
    public async Task<PackedImage> BuildAsync(RunContext run, string folder, CancellationToken cancellation)
    {
        try
        {
            var output = run.NewFolder("output");
            var (project, artifacts) = await EvaluateAsync(run, folder, output, cancellation);
            return Pack(await BuildAsync(run, project, artifacts, cancellation));
        }
        catch (BuildException problem)
        {
            throw new RunException(problem.Diagnostic.Code, problem.Diagnostic.Message, problem);
        }
    }

    async Task<(ImageProject Project, IReadOnlyList<ArtifactRequest> Artifacts)> EvaluateAsync(RunContext run, string folder, string output, CancellationToken cancellation)
    {
        if (settings.ImageSdkDirectory.Length == 0)
            throw new RunException("IMG7630", "Image projects are not built here: the service has no ImageSdk. Have it started with -imageSdk.");
        if (ProjectEvaluation.Find(folder) is not { } file)
            throw new RunException("IMG7622", "The recipe has no image project: expected one .imgproj at the top of its archive.");
        var work = Path.Combine(run.Folder, "project");
        // Jobs with one recipe share the age of its packages, and with it layers.
        var (received, objects) = await new ProjectEvaluation(settings.Dotnet, settings.ImageSdkDirectory).EvaluateAsync(
            file, work, $"ims/{run.Job.ArtifactId}", run.Job.Arch == Architectures.Arm ? "arm64" : "amd64", run.Log, cancellation);
        if (received.FindDemand([], fetches: true) is { } demand)
            throw new RunException("IMG7630", $"{Path.GetFileName(file)} wants {demand}, which the service gives no recipe. Remove it.");
        if (received.Project.Sandbox.Secrets.Count > 0)
            throw new RunException("IMG7630", $"{Path.GetFileName(file)} wants secrets, which the service has none of. Remove the ImageSecret items.");
        var tree = Path.Combine(work, "tree");
        Directory.CreateDirectory(tree);
        await received.UnpackAsync(objects, tree, cancellation);
        Directory.Delete(objects.Directory, recursive: true);
        var (project, _) = received.Place(tree, output, placed => placed with
        {
            CacheDirectory = settings.CacheDirectory, Sandbox = placed.Sandbox with { Limits = run.Limits.Within(placed.Sandbox.Limits) },
            Store = new(Path.Combine(settings.StoreDirectory, "images"), Path.Combine(settings.StoreDirectory, "objects")),
        });
        return (project, [new ArtifactRequest(KernelFormat, new Dictionary<string, string> { ["RootFileSystem"] = "squashfs" }, output)]);
    }

    async Task<string> BuildAsync(RunContext run, ImageProject project, IReadOnlyList<ArtifactRequest> artifacts, CancellationToken cancellation)
    {
        using var workers = new BuildWorkers(settings.WorkerAssembly, settings.Dotnet);
        var engine = new ImageBuild(Path.Combine(run.Folder, "state"), run.Log);
        engine.Prepare(project, cancellation);
        engine.PrepareArtifacts(artifacts, workers);
        if (await engine.ResolveSourceAsync([], mayBuild: false, cancellation: cancellation) is not null)
            throw new InvalidOperationException("the engine knows no other projects");
        foreach (var row in StageTable.Rows.Where(row => row.Kind != StageKind.Resolve))
        {
            engine.DigestInputs(row.Stage);
            var outcome = await engine.RunStageAsync(row.Stage, workers, cancellation);
            run.Log.Write($"{row.Stage}: {outcome.Summary}");
        }
        return (await engine.MakeArtifactsAsync(artifacts, areProjects: true, workers, cancellation)).Single().Path;
    }

    static PackedImage Pack(string made)
    {
        string? Find(string name) => Path.Combine(made, name) is var file && File.Exists(file) ? file : null;
        return new(Path.Combine(made, "rootfs"), Path.Combine(made, "kernel"), Find("initrd"), Find("boot_parameters"));
    }
}
