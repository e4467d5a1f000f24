using ImageSdk.Building;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Dominator;
using ImageSdk.ImageBuilder.Orders;
using ImageSdk.Images;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>Rebuilds with the engine of <c>dotnet build</c>: the same stages, cache and sandbox.</summary>
/// <param name="settings">How.</param>
sealed class ImageEngine(EngineSettings settings) : IImageEngine
{
    /// <summary>All images are of one stream, so that they share the age of their packages, and with it their layers.</summary>
    const string Stream = "image-builder/images";

    // What a stage is to those who asked. Stages that are not in it belong to the step before.
    static readonly IReadOnlyDictionary<ImageStage, (string Step, string Message)> steps = new Dictionary<ImageStage, (string, string)>
    {
        [ImageStage.UnpackSourceImage] = (BuildSteps.Unpack, "Unpacking the base image"),
        [ImageStage.CopyFiles] = (BuildSteps.Archives, "Adding archives"),
        [ImageStage.InstallPackages] = (BuildSteps.Install, "Installing packages"),
        [ImageStage.CleanPackages] = (BuildSteps.Finish, "Cleaning up and scanning"),
    };

    public async Task<IEngineOutput> RebuildAsync(EnginePlan plan, IBuildListener log, Func<string, string, Task> report, CancellationToken cancellation)
    {
        var directory = BuildDirectory.Take(settings.BuildDirectory, plan.Key);
        try
        {
            using var workers = new BuildWorkers(settings.WorkerAssembly, settings.Dotnet);
            return await BuildAsync(plan, directory, workers, log, report, cancellation);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    async Task<IEngineOutput> BuildAsync(
        EnginePlan plan, BuildDirectory directory, BuildWorkers workers, IBuildListener log, Func<string, string, Task> report, CancellationToken cancellation)
    {
        var project = MakeProject(plan, directory.Path);
        var engine = new ImageBuild(Path.Combine(directory.Path, "state"), log);
        engine.Prepare(project, cancellation);
        var artifact = new ArtifactRequest(settings.Format, settings.FormatOptions, Path.Combine(directory.Path, "output"));
        Directory.CreateDirectory(artifact.OutputDirectory);
        engine.PrepareArtifacts([artifact], workers);
        // Archives change without a word.
        ImageBuild.RenewPackages(settings.CacheDirectory, Stream, TimeSpan.Zero);
        await report(BuildSteps.Fetch, $"Fetching {plan.Source.GetLeftPart(UriPartial.Path)}");
        if (await engine.ResolveSourceAsync([], mayBuild: false, cancellation: cancellation) is not null)
            throw new InvalidOperationException("the engine knows no other projects");
        foreach (var row in StageTable.Rows.Where(row => row.Kind != StageKind.Resolve))
        {
            if (steps.TryGetValue(row.Stage, out var step))
                await report(step.Step, step.Message);
            engine.DigestInputs(row.Stage);
            var outcome = await engine.RunStageAsync(row.Stage, workers, cancellation);
            log.Progress($"{row.Stage}: {outcome.Summary}");
        }
        await report(BuildSteps.Repack, "Writing the image");
        var made = (await engine.MakeArtifactsAsync([artifact], areProjects: true, workers, cancellation)).Single();
        await engine.DescribeAsync(workers, cancellation);
        await using var file = File.OpenRead(project.ImageFile);
        return new Output(directory, settings, made.Path, AttestationKinds.FileBeside(project.ImageFile, AttestationKinds.Spdx), ImageFile.Read(file).Packages, engine.DownloadDigest ?? "");
    }

    ImageProject MakeProject(EnginePlan plan, string directory)
    {
        var manifest = Path.Combine(directory, "manifest");
        if (Directory.Exists(manifest))
            Directory.Delete(manifest, recursive: true);
        Directory.CreateDirectory(manifest);
        return new()
        {
            ProjectFile = Path.Combine(manifest, "request"),
            ManifestDirectory = manifest,
            UseManifestDirectory = false,
            Stream = Stream,
            Architecture = settings.Architecture,
            Bootstrap = new()
            {
                Download = new(plan.Source.AbsoluteUri) { Digest = plan.Digest, Checksums = plan.Digest.Length == 0 && plan.Checksums is { } sums ? sums.AbsoluteUri : "", DeniedNetworks = [.. settings.Denied.Names] },
                PackagerType = "deb",
            },
            Archives = [.. plan.Archives.Distinct().Select(archive => settings.Archives.Find(archive, plan.Series))],
            Launchpad = settings.Archives.Launchpad,
            Packages = plan.Packages,
            CacheDirectory = settings.CacheDirectory,
            Store = new(Path.Combine(settings.StateDirectory, "store", "images"), Path.Combine(settings.StateDirectory, "store", "objects")),
            ImageFile = Path.Combine(directory, $"{plan.Name}.image"),
            Attestations = [AttestationKinds.Spdx],
            Sandbox = new() { BuildTimeout = settings.BuildTimeout, HostPorts = settings.HostPorts },
        };
    }

    sealed class Output(BuildDirectory directory, EngineSettings settings, string file, string sbom, IReadOnlyList<Package> packages, string digest) : IEngineOutput
    {
        public string File => file;

        public string DiskFormat => settings.Format == "repack" ? "qcow2" : settings.Format;

        public string SbomFile => sbom;

        public IReadOnlyList<(string Name, string Version)> Packages { get; } = [.. packages.Select(package => (package.Name, package.Version))];

        public string SourceDigest => digest;

        public void Dispose()
        {
            directory.Dispose();
            BuildDirectory.Trim(settings.BuildDirectory, settings.BuildQuota);
        }
    }
}
