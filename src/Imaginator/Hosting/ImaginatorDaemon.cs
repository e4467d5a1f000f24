using ImageSdk.Hosting;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Parts;
using ImageSdk.Imaginator.Services;
using ImageSdk.Imaginator.Web;
using ImageSdk.Imaginator.Web.Pages;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.Imaginator.Hosting;

/// <summary>The daemon.</summary>
sealed class ImaginatorDaemon(ImaginatorParts parts, DaemonResources<ImaginatorOptions> resources) : IDaemon
{
    public ImaginatorParts Parts => parts;

    public static ImaginatorDaemon Open(DaemonResources<ImaginatorOptions> resources) => Open(resources, builder: null);

    /// <param name="builder">What builds; null for the engine on this machine.</param>
    public static ImaginatorDaemon Open(DaemonResources<ImaginatorOptions> resources, Func<ImaginatorParts, IStreamBuilder>? builder) =>
        new(Task.Run(() => ImaginatorParts.OpenAsync(resources, builder)).GetAwaiter().GetResult(), resources);

    public IReadOnlyList<SrpcService> Services =>
    [
        new ImaginatorService(
            parts.Requests, parts.Jobs, parts.Cancellation, parts.Switches, parts.Automatic, parts.Dependencies, parts.Streams, parts.Server, parts.Options.MaximumConcurrentBuildsPerUser, resources.Log.Write).Create(),
        new WorkerService(
            parts.Streams, parts.Options.ImageServer, ImaginatorParts.Architecture, () => parts.Variables.Current, () => resources.Certificates.Current is null).Create(),
        new RemoteBuilderService(parts.ProjectObjects, parts.Projects, parts.ProjectContents, parts.ProjectRules, resources.Log.Write).Create(),
    ];

    public void AddMetrics(MetricTable metrics)
    {
        metrics.Add("/imaginator/streams", "number of streams", "None", () => (long)parts.Streams.List().Count, "imaginator_streams");
        parts.Jobs.Counts.AddTo(metrics);
        parts.Workers.AddTo(metrics);
        AddFolders(metrics);
        metrics.AddFlags(
        [
            ("buildLogDir", parts.Options.BuildLogDirectory), ("configurationUrl", Git.GitUrl.WithoutCredentials(parts.Options.ConfigurationUrl)),
            ("imageRebuildInterval", parts.Options.ImageRebuildInterval), ("imageServerHostname", parts.Options.ImageServerHost),
            ("imageServerPortNum", (ulong)parts.Options.ImageServerPort), ("stateDir", parts.Options.StateDirectory), ("concurrentBuilds", (long)parts.Options.ConcurrentBuilds),
        ]);
    }

    void AddFolders(MetricTable metrics)
    {
        foreach (var state in parts.Folders.States)
        {
            var (path, label) = ($"/imaginator/folders/{state.Folder.Name}", $"folder=\"{state.Folder.Name}\"");
            metrics.Add($"{path}/size", "size of this folder when it was looked at last", "Bytes", () => state.Size, "imaginator_folder_bytes", label);
            metrics.Add($"{path}/quota", "size that this folder may have", "Bytes", () => state.Folder.Limits.Quota, "imaginator_folder_quota_bytes", label);
            metrics.Add($"{path}/removed", "size of what was removed from this folder", "Bytes", () => state.Removed, "imaginator_folder_removed_bytes_total", label);
        }
    }

    public void MapPages(WebApplication web, SiteContext context) => WebPages.Map(web, new(parts, context));

    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) =>
        [.. parts.BackgroundTasks(cancellation), GraphPage.DrawAheadAsync(parts, cancellation)];

    public void Dispose() => parts.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
