using ImageSdk.Building.Scanning;
using ImageSdk.Building.Speculation;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Speculation;

public class BuildSpeculationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_begins_ahead_of_need_where_it_is_on_and_nowhere_else(bool isOn)
    {
        using var workers = new BuildWorkers("no worker", "no host");
        var speculation = new BuildSpeculation(isOn, workers);
        var begun = new List<string>();

        await speculation.StartWorkerAsync("nowhere", () => Note("worker", false));
        Assert.Equal(isOn, speculation.Begin(() => Task.FromResult(Note("text", "text"))) is not null);
        Assert.Equal(isOn, speculation.BeginOnce(() => Task.FromResult(Note("list", new List<int>()))) is not null);
        var deferred = speculation.BeginOrDefer(() => Task.FromResult(Note("deferred", 7)));
        Assert.Equal(isOn ? ["worker", "text", "list", "deferred"] : [], begun);

        Assert.Equal(isOn ? "text" : null, speculation.Take<string>() is { } text ? await text : null);
        Assert.Null(speculation.Take<string>());
        // What is needed in any case is there where it is asked for.
        Assert.Equal(7, await deferred.Value);
        Assert.Single(begun, "deferred");

        T Note<T>(string name, T value)
        {
            begun.Add(name);
            return value;
        }
    }

    [Fact]
    public async Task A_value_is_begun_once_or_replaced_as_its_user_says()
    {
        using var workers = new BuildWorkers("no worker", "no host");
        var speculation = new BuildSpeculation(true, workers);
        Assert.Equal("first", await speculation.BeginOnce(() => Task.FromResult("first"))!);
        Assert.Equal("first", await speculation.BeginOnce(() => Task.FromResult("second"))!);
        Assert.Equal("third", await speculation.Begin(() => Task.FromResult("third"))!);
        Assert.Equal("third", await speculation.Take<string>()!);
    }

    [ImageFact]
    public async Task Without_it_nothing_runs_ahead_and_the_image_is_the_same()
    {
        using var with = new ImageWorkspace(ownCache: true);
        using var without = new ImageWorkspace(ownCache: true);
        var (expected, project) = (Project(with, isSpeculative: true), Project(without, isSpeculative: false));
        var cache = new LayerStore(without.CacheDirectory, Processes.UserId);

        // Before the build: no worker, no layer.
        var build = new ImageBuild(without.StateOf(project), new RecordingListener());
        await build.PrefetchAsync(project, [], without.Workers);
        build.StartWorkerAhead(without.Workers, project.Speculation, project.CacheDirectory, project.ManifestDirectory);
        Assert.False(without.Workers.HasWorker);
        Assert.False(Directory.Exists(cache.LayersDirectory));

        // The bootstrap plans no packages of the stage after it, and no tree is assembled ahead.
        build.Prepare(project);
        Assert.Null(await build.ResolveSourceAsync([], mayBuild: false));
        foreach (var stage in new[] { ImageStage.UnpackSourceImage, ImageStage.CopyFiles })
        {
            build.DigestInputs(stage);
            await build.RunStageAsync(stage, without.Workers, CancellationToken.None);
        }
        Assert.Empty(Plans(without));
        Assert.Null(BuildSpeculation.Of(project, without.Workers).Take<LowerTree>());

        var actual = await without.BuildAsync(project);
        await build.DescribeAsync(without.Workers, CancellationToken.None);
        await new ImageBuild(with.StateOf(expected), new RecordingListener()).PrefetchAsync(expected, [], with.Workers);
        var built = await with.BuildAsync(expected);
        await new ImageBuild(with.StateOf(expected), new RecordingListener()).DescribeAsync(with.Workers, CancellationToken.None);
        Assert.Contains(ImageStage.InstallPackages, actual.Ran);
        Assert.Equal(LayersOf(with, expected), LayersOf(without, project));
        var (expectedLines, actualLines) = (Describe(built).ToList(), Describe(actual).ToList());
        Assert.True(expectedLines.SequenceEqual(actualLines), string.Join('\n', expectedLines.Except(actualLines).Concat(actualLines.Except(expectedLines))));
        Assert.Equal(TreeHash.Compute(built.Tree).ToString(), TreeHash.Compute(actual.Tree).ToString());
        // apt says the same of a root that is there as of a predicted one.
        Assert.NotEmpty(Plans(without));
        Assert.Equal(Plans(with), Plans(without));
        string DocumentOf(ImageProject described) => File.ReadAllText(AttestationKinds.FileBeside(described.ImageFile, AttestationKinds.Spdx));
        Assert.Equal(DocumentOf(expected), DocumentOf(project));
    }

    static ImageProject Project(ImageWorkspace workspace, bool isSpeculative)
    {
        var project = workspace.Project("boot/speculation", workspace.NewManifest("speculation")) with
        {
            Bootstrap = new() { Command = ["apt", "--distribution=debian", "--variant=minbase", "--architecture=amd64", "bookworm"], PackagerType = "deb" },
            Packages = ["less", "libcap2-bin"],
            SourceDateEpoch = 1_700_000_000,
            Attestations = [AttestationKinds.Spdx],
            Speculation = isSpeculative,
        };
        ImageWorkspace.Write(project.ManifestDirectory, "files/etc/speculation", "file\n");
        ImageWorkspace.Write(project.ManifestDirectory, "tests/test", "#!/bin/sh\ntest -x /usr/bin/less\n");
        return project;
    }

    static IEnumerable<string> Describe(BuildResult result) => result.Tree.Walk().Select(entry => $"{entry.Path} " + entry.Inode switch
    {
        RegularInode file => $"{file.Mode} {file.Uid}:{file.Gid} {file.Size} {file.Hash} {file.Mtime}",
        DirectoryInode directory => $"{directory.Mode} {directory.Uid}:{directory.Gid} {directory.Mtime}",
        var other => other.ToString(),
    });

    static IReadOnlyList<string> LayersOf(ImageWorkspace workspace, ImageProject project) =>
        JsonFile.TryRead(new StateDirectory(workspace.StateOf(project)).StageFile(ImageStage.ScanImage), StateJson.Default.StageState)!.Layers;

    /// <summary>What apt was asked, and what it said.</summary>
    static SortedDictionary<string, string> Plans(ImageWorkspace workspace)
    {
        var folder = Path.Combine(new LayerStore(workspace.CacheDirectory, Processes.UserId).Root, "plans");
        return !Directory.Exists(folder) ? [] : new(
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);
    }
}
