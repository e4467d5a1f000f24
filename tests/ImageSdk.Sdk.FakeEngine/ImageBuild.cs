using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Auditing;
using ImageSdk.Building.Clouds;
using ImageSdk.Building.ImageServices;
using ImageSdk.Building.Reporting;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building;

/// <summary>
/// The engine's contract without an engine. Everything that it does is appended to fake.log in the state folder. A project
/// under test gives it orders through image variables: FAKE_FAIL, FAKE_WARN, FAKE_CRASH and FAKE_HANG name a stage.
/// </summary>
public sealed class ImageBuild(string stateDirectory, IBuildListener listener)
{
    static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    public static IEnumerable<string> ContentFolders => ["files", "post-install-files", "scripts", "tests"];

    public void StartWorkerAhead(BuildWorkers workers, bool isSpeculative, string cacheDirectory, string manifestDirectory)
    {
        // There is none.
    }

    /// <summary>Beside the log, which has a build's own work alone.</summary>
    public void Prefetch(ImageProject project, IReadOnlyList<string> referencedImages, BuildWorkers workers)
    {
        Directory.CreateDirectory(stateDirectory);
        File.AppendAllText(Path.Combine(stateDirectory, "begun.log"), $"{project.Stream} on {string.Join(' ', referencedImages.Select(Path.GetFileName))} worker={workers.GetHashCode()}\n");
    }

    public void Prepare(ImageProject project, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(stateDirectory);
        WriteIfChanged("plan.json", JsonSerializer.Serialize(project, indented));
        Note("Prepare");
    }

    public async Task<SourceToBuild?> ResolveSourceAsync(
        IReadOnlyList<string> referencedImages, bool mayBuild, ImageServerSettings? server = null, IReadOnlyList<ImagePackageSource>? packages = null,
        CancellationToken cancellation = default)
    {
        await Task.Yield();
        Note($"ResolveSource mayBuild={mayBuild} {string.Join(' ', referencedImages.Select(Path.GetFileName))}{(server is null ? "" : $" server={server}")}{string.Concat((packages ?? []).Select(package => $" package={package}"))}");
        Obey(ImageStage.ResolveSourceImage);
        var plan = Plan();
        var published = Path.Combine(plan.Store.ImageDirectory, plan.Source.Stream);
        if (plan.Source.Stream is not "" && !File.Exists(published))
        {
            var builder = plan.Source.BuildableStreams.FirstOrDefault(stream => stream.Name == plan.Source.Stream);
            return mayBuild && builder is not null
                ? new SourceToBuild(builder.Value, plan.Source.BuildVariables)
                : throw new BuildException("IMG2001", $"there is no image of {plan.Source.Stream}", plan.ProjectFile);
        }
        WriteIfChanged("ResolveSourceImage.stage", string.Join('\n', referencedImages.Select(File.ReadAllText).Append(plan.Source.Stream)));
        return null;
    }

    /// <summary>What a stage reads is, here, its orders and the folder of its name beside the project.</summary>
    public void DigestInputs(ImageStage stage)
    {
        var text = new StringBuilder();
        foreach (var order in Plan().Variables.Where(variable => variable.Value == stage.ToString()))
            text.Append(order.Name).Append('\n');
        var root = Path.Combine(Plan().ManifestDirectory, stage.ToString());
        if (Directory.Exists(root))
            foreach (var file in Directory.EnumerateFiles(root).Order(StringComparer.Ordinal))
                text.Append(Path.GetFileName(file)).Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))).Append('\n');
        WriteIfChanged($"{stage}.inputs", text.ToString());
    }

    public IReadOnlyList<MadeArtifact> PrepareRemote(ImageServerSettings builder, IReadOnlyList<ArtifactRequest> requests, IReadOnlyList<string> referencedImages)
    {
        Note($"PrepareRemote {builder.Address}");
        foreach (var stage in Enum.GetValues<ImageStage>())
            DigestInputs(stage);
        return [];
    }

    public Task ExportAsync(Stream output, CancellationToken cancellation) => Task.CompletedTask;

    public async Task BuildRemotelyAsync(
        ImageServerSettings builder, IReadOnlyList<ArtifactRequest> requests, IReadOnlyList<string> referencedImages, CancellationToken cancellation)
    {
        await Task.Yield();
        Note($"BuildRemotely {builder} {string.Join(' ', referencedImages.Select(Path.GetFileName))}");
        Directory.CreateDirectory(Path.GetDirectoryName(Plan().ImageFile)!);
        await File.WriteAllTextAsync(Plan().ImageFile, Plan().Stream, cancellation);
        await File.WriteAllTextAsync(Plan().ImageFile + ".json", "{}", cancellation);
        await File.WriteAllTextAsync(Path.Combine(stateDirectory, "remote.stage"), "", cancellation);
    }

    public async Task<StageOutcome> RunStageAsync(ImageStage stage, BuildWorkers workers, CancellationToken cancellation)
    {
        workers.Used++;
        Note($"Run {stage} worker={workers.GetHashCode()} {Path.GetFileName(workers.WorkerAssembly)} {Path.GetFileName(workers.Dotnet)}");
        var clock = new StageClock(workers.Timings, stage.ToString(), listener);
        clock.Progress($"running {stage}");
        listener.Output($"output of {stage}");
        Obey(stage);
        if (Orders("FAKE_HANG") == stage.ToString())
        {
            File.WriteAllText(Path.Combine(stateDirectory, "hanging"), "");
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        if (stage == ImageStage.ScanImage)
            File.WriteAllText(Path.Combine(stateDirectory, "tree.image"), "tree");
        if (stage == ImageStage.TestImage)
        {
            var image = Plan().ImageFile;
            File.WriteAllText(image, $"image {Guid.NewGuid()}");
            File.WriteAllText(image + ".json", "{}");
        }
        File.WriteAllText(Path.Combine(stateDirectory, $"{stage}.stage"), "done");
        var outcome = new StageOutcome(StageResult.Ran, "done", new LayerSize(2048, 3));
        clock.Stop(outcome);
        return outcome;
    }

    public Task AuditAsync(AuditSettings settings, BuildWorkers workers, CancellationToken cancellation)
    {
        Note($"Audit {string.Join(' ', settings.Sources)} without {string.Join(' ', settings.Ignored)}{(settings.WithUnfixed ? " with unfixed" : "")}");
        return Task.CompletedTask;
    }

    public Task DescribeAsync(BuildWorkers workers, CancellationToken cancellation)
    {
        Note("Describe");
        var plan = Plan();
        foreach (var kind in plan.Attestations)
            File.WriteAllText(AttestationKinds.FileBeside(plan.ImageFile, kind), kind);
        File.WriteAllText(Path.Combine(stateDirectory, "described.json"), "{}");
        return Task.CompletedTask;
    }

    public Task<string> PublishAsync(BuildWorkers workers, ImageServerSettings? server, string? changesFile, CancellationToken cancellation)
    {
        var plan = Plan();
        Note($"Publish{(server is null ? "" : $" server={server}")}");
        var file = Path.Combine(plan.Store.ImageDirectory, plan.Stream);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Copy(plan.ImageFile, file, overwrite: true);
        return Task.FromResult(plan.Stream + "/2024-02-29:12:00:00");
    }

    public static void CheckGlance(GlanceRequest request) => request.Check();

    public Task<GlancePublication> PublishToGlanceAsync(GlanceRequest request, string artifact, BuildWorkers workers, CancellationToken cancellation)
    {
        var image = request.Describe(request.ImageName, request.Properties);
        Note($"Glance {request.Check()}: {Path.GetFileName(Path.GetDirectoryName(artifact))}/{Path.GetFileName(artifact)} {image.DiskFormat} name={image.Name} visibility={image.Visibility} tags={string.Join('+', image.Tags)} disk={image.MinimumDisk} memory={image.MinimumMemory} {string.Join(' ', image.Properties.Select(pair => $"{pair.Key}={pair.Value}"))}");
        return Task.FromResult(new GlancePublication(new Guid("00000000-0000-0000-0000-000000000007"), "name", new Uri("http://glance.example/v2/images/7"), Ran: true));
    }

    public static void CheckImageService(ImageServiceRequest request) => request.Check();

    public Task<ImageServicePublication> PublishToImageServiceAsync(ImageServiceRequest request, string artifact, CancellationToken cancellation)
    {
        var (service, s3) = request.Check();
        Note($"ImageService {service} s3={s3}: {Path.GetFileName(Path.GetDirectoryName(artifact))}/{Path.GetFileName(artifact)} name={request.ImageName} {string.Join(' ', request.Tags.Select(pair => $"{pair.Key}={pair.Value}"))}");
        return Task.FromResult(new ImageServicePublication("7", "name", service.To("/v3/images/7"), Ran: true));
    }

    public IReadOnlyList<MadeArtifact> PrepareArtifacts(IReadOnlyList<ArtifactRequest> requests, BuildWorkers workers)
    {
        var made = requests.Select(request => new MadeArtifact(request.Format, PathOf(request), false, false)).ToList();
        WriteIfChanged("artifacts.inputs", JsonSerializer.Serialize(requests.Select(request => request with { File = null, Line = 0 }), indented));
        if (made.Any(artifact => !File.Exists(artifact.Path)))
            File.Delete(Path.Combine(stateDirectory, "artifacts.stage"));
        return made;
    }

    public Task<IReadOnlyList<MadeArtifact>> MakeArtifactsAsync(
        IReadOnlyList<ArtifactRequest> requests, bool areProjects, BuildWorkers workers, CancellationToken cancellation)
    {
        foreach (var request in requests)
        {
            Note($"Artifact {request.Format} {string.Join(' ', request.Settings.Select(pair => $"{pair.Key}={pair.Value}"))} line={request.Line} areProjects={areProjects} extra={string.Join(' ', request.ExtraTrees.Select(Path.GetFileName))}");
            Directory.CreateDirectory(request.OutputDirectory);
            File.WriteAllText(PathOf(request), request.Format);
            File.WriteAllText(PathOf(request) + ".json", "{}");
        }
        if (areProjects)
            File.WriteAllText(Path.Combine(stateDirectory, "artifacts.stage"), "done");
        return Task.FromResult<IReadOnlyList<MadeArtifact>>([.. requests.Select(request => new MadeArtifact(request.Format, PathOf(request), false, true))]);
    }

    public Task CopyArtifactsAsync(IReadOnlyList<string> paths, string directory, BuildWorkers workers, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        foreach (var path in paths)
            File.Copy(path, Path.Combine(directory, Path.GetFileName(path)), overwrite: true);
        return Task.CompletedTask;
    }

    public Task RemoveArtifactsAsync(ArtifactRemoval removal, BuildWorkers workers, CancellationToken cancellation)
    {
        if (Directory.Exists(stateDirectory))
            Note($"RemoveArtifacts all={removal.All} {removal.Stream} {removal.Image} keep={string.Join(' ', removal.Keep.Select(Path.GetFileName))}");
        return Task.CompletedTask;
    }

    public Task ReportChangesAsync(BuildWorkers workers, string file, CancellationToken cancellation) => Task.CompletedTask;

    public static void CheckChangesFile(string file, string projectFile)
    {
    }

    public Task EndAsync(BuildWorkers workers) => Task.CompletedTask;

    static string PathOf(ArtifactRequest request) => Path.Combine(request.OutputDirectory, "image." + request.Format);

    public async Task LockAsync(ImageStage stage, BuildWorkers workers, CancellationToken cancellation)
    {
        await Task.Yield();
        Note($"Lock {stage} {Plan().Lock}");
    }

    public bool RunsScriptsBeforePackages => Orders("FAKE_PREINSTALL") is not null;

    public async Task<bool> FetchLockedAsync(bool isEvaluated, BuildWorkers workers, CancellationToken cancellation)
    {
        await Task.Yield();
        Note($"FetchLocked isEvaluated={isEvaluated}");
        return isEvaluated || Orders("FAKE_INCOMPLETE") is null;
    }

    public async Task<ImagePackageFiles> PackAsync(string id, string version, BuildWorkers workers, CancellationToken cancellation)
    {
        await Task.Yield();
        Note($"Pack {id} {version}");
        var files = new ImagePackageFiles(Plan().ImageFile, PackageFile("objects.zst"), PackageFile("THIRD-PARTY-NOTICES.txt"), PackageFile("image.props"), new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        foreach (var file in new[] { files.Objects, files.Notices })
            if (!File.Exists(file) || File.GetLastWriteTimeUtc(file) < File.GetLastWriteTimeUtc(files.Image))
                File.WriteAllText(file, $"of {File.ReadAllText(files.Image)}");
        WriteIfChanged("package/image.props", $"<Project><ItemGroup><ImagePackageSource Include=\"$(MSBuildThisFileDirectory)../image/root.image\" PackageId=\"{id}\" PackageVersion=\"{version}\" /></ItemGroup></Project>");
        return files;

        string PackageFile(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(stateDirectory, "package")).FullName, name);
    }

    ImageProject Plan() => JsonSerializer.Deserialize<ImageProject>(File.ReadAllText(Path.Combine(stateDirectory, "plan.json")))!;

    string? Orders(string name) => Plan().Variables.LastOrDefault(variable => variable.Name == name)?.Value;

    void Obey(ImageStage stage)
    {
        var name = stage.ToString();
        if (Orders("FAKE_WARN") == name)
            listener.Report(new(DiagnosticSeverity.Warning, "IMG3998", "a {0} to note", Path.Combine(Plan().ManifestDirectory, "manifest"), 2, 5));
        if (Orders("FAKE_FAIL") == name)
            throw new BuildException("IMG3999", "it {0} failed", Path.Combine(Plan().ManifestDirectory, "manifest"), 3, 7);
        if (Orders("FAKE_CRASH") == name)
            throw new InvalidDataException("the unexpected");
    }

    void Note(string line) => File.AppendAllText(Path.Combine(stateDirectory, "fake.log"), line + "\n");

    void WriteIfChanged(string name, string text)
    {
        var file = Path.Combine(stateDirectory, name);
        if (!File.Exists(file) || File.ReadAllText(file) != text)
            File.WriteAllText(file, text);
    }
}
