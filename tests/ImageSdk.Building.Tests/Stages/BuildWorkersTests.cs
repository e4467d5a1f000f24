using ImageSdk.Building.Workers;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Stages;

public class BuildWorkersTests
{
    [ImageFact]
    public async Task No_worker_starts_once_the_build_has_ended()
    {
        using var workspace = new ImageWorkspace();
        var cache = Path.Combine(workspace.Folder, "cache of nobody");
        var workers = new BuildWorkers(TestHost.WorkerAssembly, TestHost.Dotnet);
        workers.Dispose();
        await workers.StartAheadAsync(cache);
        Assert.False(workers.HasWorker);
        Assert.False(Directory.Exists(new LayerStore(cache, Posix.Processes.UserId).Root));
    }
}
