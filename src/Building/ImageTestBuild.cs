using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.Publishing;
using ImageSdk.Building.Execution;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building;

/// <summary>
/// Tests of an image that is built as far as its file tree, for a caller who wants each result: <c>dotnet test</c>. The image
/// need not have passed them.
/// </summary>
/// <param name="stateDirectory">obj/…/image/ of the build.</param>
public sealed class ImageTestBuild(string stateDirectory, IBuildListener listener)
{
    readonly StateDirectory state = new(stateDirectory);

    /// <summary>The tests in the image, its source image's among them. What the build has still in memory is written for other processes.</summary>
    public async Task<IReadOnlyList<ImageTest>> ListTestsAsync(BuildWorkers workers)
    {
        var plan = state.ReadPlan();
        await workers.Records.FlushAsync();
        var directory = ImageTests.DirectoryOf(plan);
        return [.. ImageTests.In(ReadTree(workers.Records).FileSystem!).Select(path => new ImageTest(path, TestFailure.SourceOf(path, plan, directory)))];
    }

    /// <summary>Paths of all files in the image, with a leading slash.</summary>
    public IReadOnlySet<string> ListPaths() => ReadTree(new()).FileSystem!.Walk().Select(entry => entry.Path.ToString()).ToHashSet();

    /// <summary>Content of a regular file of the image; null where there is none of that path.</summary>
    /// <param name="path">With a leading slash.</param>
    public byte[]? ReadFile(string path)
    {
        var plan = state.ReadPlan();
        var layers = plan.OpenLayers();
        // The uppermost layer that has it; none may hide it, since the tree has it.
        return ReadScan(plan).Layers.Reverse().Select(layer => Path.Combine(layers.LayerDirectory(layer), "t", path[1..])).FirstOrDefault(File.Exists) is { } file
            ? File.ReadAllBytes(file)
            : null;
    }

    /// <summary>Runs tests, all at once. Where these are all the image has and none failed, the build need not run them again.</summary>
    /// <param name="paths">As <see cref="ListTestsAsync"/> gives them.</param>
    public async Task<IReadOnlyList<TestOutcome>> RunTestsAsync(IReadOnlyCollection<string> paths, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        var scan = ReadScan(plan);
        var layers = plan.OpenLayers();
        await workers.HoldLayersAsync(layers, listener, cancellation);
        var outcomes = await ImageTests.RunAsync(plan, scan.Layers, [.. paths], workers, listener, cancellation);
        if (outcomes.All(outcome => outcome.Error is null) && paths.ToHashSet().IsSupersetOf(ImageTests.In(ReadTree(workers.Records).FileSystem!)))
            AtomicFile.Write(state.TestedFile, ImageTests.KeyOf(plan, scan));
        return outcomes;
    }

    /// <summary>Makes an artifact for tests alone, of the tree as it is.</summary>
    /// <param name="request">Its folder lies in the state of the build.</param>
    public async Task<MadeArtifact> MakeArtifactAsync(ArtifactRequest request, BuildWorkers workers, CancellationToken cancellation)
    {
        var plan = state.ReadPlan();
        // An image of its own: the one in the output folder has passed its tests.
        plan = plan with { Project = plan.Project with { ImageFile = Path.Combine(request.OutputDirectory, Path.GetFileName(plan.Project.ImageFile)) } };
        var layers = plan.OpenLayers();
        await workers.HoldLayersAsync(layers, listener, cancellation);
        var source = JsonFile.TryRead(state.StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage) ?? throw Unprepared(plan);
        Directory.CreateDirectory(request.OutputDirectory);
        var composer = new ImageComposer(plan, state, layers, workers.Records, workers.Masked, changes: null);
        composer.Write(composer.Compose(ReadTree(workers.Records), ReadScan(plan), source));
        await workers.Records.FlushAsync();
        var artifact = ArtifactPlan.Check([request], plan.Project)[0];
        return await new ArtifactMaker(plan, state, layers, workers, listener).MakeAsync(artifact, cancellation);
    }

    Image ReadTree(Scanning.ImageRecords records) => File.Exists(state.TreeFile) ? records.Read(state.TreeFile) : throw Unprepared(state.ReadPlan());

    StageState ReadScan(BuildPlan plan) => JsonFile.TryRead(state.StageFile(ImageStage.ScanImage), StateJson.Default.StageState) ?? throw Unprepared(plan);

    static BuildException Unprepared(BuildPlan plan) =>
        new("IMG1908", "There is no image to test. Build the project first, or test without the option that skips the build.", plan.Project.ProjectFile);
}

/// <summary>A test in an image.</summary>
/// <param name="Path">In the image.</param>
/// <param name="File">Where it comes from: the file of the project, or the project where it is the source image's.</param>
public sealed record ImageTest(string Path, string File);
