using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Cli.Caches;
using ImageSdk.Cli.Finding;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Cli.ManifestBuilds;

/// <summary>A manifest directory that is built on this machine, by the engine of <c>dotnet build</c>. What it leaves but for the cache is gone in the end.</summary>
sealed class ManifestBuild(IBuildListener listener) : IAsyncDisposable
{
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-build-");
    readonly BuildWorkers workers = ToolWorkers.Create();
    ImageBuild? engine;

    /// <summary>The image.</summary>
    public Image Image { get; private set; } = new();

    string ObjectDirectory => Path.Combine(directory.FullName, "objects");

    /// <param name="server">Where source images come from beside the store; null for nowhere.</param>
    /// <exception cref="BuildException">It fails.</exception>
    public async Task RunAsync(ImageProject project, ImageServerSettings? server, CancellationToken cancellation)
    {
        project = project with { ImageFile = Path.Combine(directory.FullName, "built.image") };
        engine = new ImageBuild(Path.Combine(directory.FullName, "state"), listener);
        engine.Prepare(project, cancellation);
        if (await engine.ResolveSourceAsync([], mayBuild: false, server, cancellation: cancellation) is not null)
            throw new InvalidOperationException("the engine knows no other projects");
        foreach (var stage in Enum.GetValues<ImageStage>().Where(stage => stage != ImageStage.ResolveSourceImage))
        {
            engine.DigestInputs(stage);
            await engine.RunStageAsync(stage, workers, cancellation);
        }
        await using var file = File.OpenRead(project.ImageFile);
        Image = ImageFile.Read(file);
    }

    /// <summary>Objects of the image, all those that are wanted at hand.</summary>
    public async Task<IObjectSource> TakeObjectsAsync(IReadOnlySet<ObjectHash> wanted, CancellationToken cancellation)
    {
        await engine!.StoreObjectsAsync(wanted, ObjectDirectory, workers, cancellation);
        return new ObjectStore(ObjectDirectory);
    }

    /// <summary>The image with all its objects, as commands find images elsewhere.</summary>
    public async Task<FoundImage> FindAsync(string name, CancellationToken cancellation) => new(name, Image, IsFile: true)
    {
        Objects = await TakeObjectsAsync(Image.FileSystem!.InodeTable.Values.OfType<RegularInode>().Select(file => file.Hash).ToHashSet(), cancellation),
    };

    public async ValueTask DisposeAsync()
    {
        if (engine is not null)
            await engine.EndAsync(workers);
        workers.Dispose();
        directory.Delete(recursive: true);
    }
}
