using ImageSdk.Building.Workers;
using ImageSdk.ImageService.Builders;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Recipes;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Shells;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageService.Execution;

/// <summary>What jobs are done with.</summary>
static class JobParts
{
    // From a failed attempt to fetch something to the next.
    static readonly TimeSpan fetchPause = TimeSpan.FromSeconds(10);

    /// <summary>What does a run.</summary>
    public static JobHandler Open(ImageServiceOptions options, ServiceContext context)
    {
        var state = options.FindStateDirectory();
        var engine = new EngineSettings(
            options.CacheDirectory.Length > 0 ? options.CacheDirectory : Path.Combine(state, "cache"), Path.Combine(state, "store"), options.ImageSdkDirectory, DaemonWorker.Assembly, DaemonWorker.FindDotnet());
        var fetcher = new ArtifactFetcher(context.Artifacts, fetchPause);
        var (first, last) = options.ReadSshPorts();
        var shells = new ShellSettings(options.SshHost.Length > 0 ? options.SshHost : Environment.MachineName, first, last, options.UserLimit);
        var shell = new JobShell(context.Records, shells, new(shells), context.Time);
        var create = new CreateJob(context.Records, fetcher, new(engine));
        var customize = new CustomizeJob(context.Records, context.Artifacts, fetcher, shell, options.LargestManifest);
        return new JobExecution(context.Records, context.Runs, new(context.Records, context.Artifacts, context.Time, context.Places.ImageBucket), create, customize).RunAsync;
    }
}
