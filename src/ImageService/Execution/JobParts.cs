using ImageSdk.Building.Workers;
using ImageSdk.ImageService.Builders;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Nodes;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Recipes;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Shells;

namespace ImageSdk.ImageService.Execution;

/// <summary>What jobs are done with.</summary>
static class JobParts
{
    // From a failed attempt to fetch something to the next.
    static readonly TimeSpan fetchPause = TimeSpan.FromSeconds(10);

    static readonly TimeSpan repositoryPause = TimeSpan.FromSeconds(10), repositoryLimit = TimeSpan.FromSeconds(500);

    // As long as the process: repositories of a site are few.
    static readonly HttpClient http = new();

    /// <summary>How nodes are reached.</summary>
    public static NodeSsh SshOf(ImageServiceOptions options) => new("ssh", options.NodeKeyFile, options.NodeKnownHosts) { MissedHeartbeats = options.Jobs.MissedHeartbeats };

    /// <summary>What does a run.</summary>
    public static JobExecution Open(ImageServiceOptions options, ServiceContext context)
    {
        var state = options.FindStateDirectory();
        var engine = new EngineSettings(
            options.CacheDirectory.Length > 0 ? options.CacheDirectory : Path.Combine(state, "cache"), Path.Combine(state, "store"), options.ImageSdkDirectory, DaemonWorker.Assembly, DaemonWorker.FindDotnet());
        var fetcher = new ArtifactFetcher(context.Artifacts, fetchPause);
        var (first, last) = options.ReadSshPorts();
        var shells = new ShellSettings(options.SshHost.Length > 0 ? options.SshHost : Environment.MachineName, first, last, options.UserLimit);
        var shell = new JobShell(context.Records, shells, new(shells), context.Time);
        var ssh = SshOf(options);
        var places = new Workplaces(context.Records, context.Probe, ssh, options.NodeImage);
        var create = new CreateJob(
            context.Records, fetcher, new(engine), new(new(options.Kiwi, options.CaCertificate, options.SigningKeys), new(http, repositoryPause, repositoryLimit, context.Time), shell), new(options.Packer));
        var customize = new CustomizeJob(context.Records, context.Artifacts, fetcher, shell, options.LargestManifest);
        return new JobExecution(context.Records, context.Runs, new(context.Records, context.Artifacts, context.Time, context.Places.ImageBucket), places, create, customize, job => JobLimits.Of(job, options));
    }
}
