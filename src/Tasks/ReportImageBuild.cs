using ImageSdk.Building;
using ImageSdk.Building.Reporting;
using ImageSdk.Building.Workers;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Says where the time of a build went: a table in the log and, on request, a page.</summary>
[MSBuildMultiThreadableTask]
public sealed class ReportImageBuild : SandboxedImageTask
{
    /// <summary>Whether the table is shown, or only kept for the detailed log.</summary>
    public bool Show { get; set; } = true;

    /// <summary>File of the page; empty for none.</summary>
    public string Timeline { get; set; } = "";

    /// <summary>Whether the image is going to be published: then the worker and what was read are needed once more.</summary>
    public bool MoreFollows { get; set; }

    /// <summary>What commands have beyond the default.</summary>
    public string Capabilities { get; set; } = "";

    /// <summary>File for what changed since the last image; empty for none.</summary>
    public string ChangesFile { get; set; } = "";

    /// <summary>Address of a collector of traces and metrics; empty for none.</summary>
    public string TelemetryEndpoint { get; set; } = "";

    /// <summary>Whether the build has failed: then only the collector hears of it.</summary>
    public bool HasFailed { get; set; }

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        if (TelemetryEndpoint.Length > 0)
            await Telemetry().SendAsync(Absolute(ProjectFile), workers.Timings, HasFailed, Listener, cancellation).ConfigureAwait(false);
        if (HasFailed)
            return;
        await build.ReportChangesAsync(workers, ChangesFile.Length == 0 ? "" : Absolute(ChangesFile), cancellation).ConfigureAwait(false);
        if (!MoreFollows)
            await build.EndAsync(workers).ConfigureAwait(false);
        if (Words.Capabilities(Capabilities, "ImageCapabilities", ProjectFile) is { Count: > 0 } capabilities && workers.Timings.Stages.Any(stage => stage.Result == StageResult.Ran))
            Log.LogMessage(MessageImportance.High, "  {0}: commands had capabilities beyond the default: {1}", ProjectName, string.Join(", ", capabilities));
        foreach (var line in TimingTable.Format(ProjectName, workers.Timings))
            Log.LogMessage(Show ? MessageImportance.High : MessageImportance.Low, "  {0}", line);
        if (Timeline.Length == 0)
            return;
        var page = Absolute(Timeline);
        Directory.CreateDirectory(Path.GetDirectoryName(page)!);
        await File.WriteAllTextAsync(page, TimelinePage.Write(ProjectName, workers.Timings, DateTimeOffset.Now), cancellation).ConfigureAwait(false);
        Log.LogMessage(Show ? MessageImportance.High : MessageImportance.Low, "  Timeline: {0}", page);
    }

    BuildTelemetry Telemetry() =>
        Uri.TryCreate(TelemetryEndpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? new(endpoint)
            {
                Headers = TaskEnvironment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_HEADERS"), TraceParent = TaskEnvironment.GetEnvironmentVariable("TRACEPARENT"),
            }
            : throw Words.Wrong("ImageTelemetryEndpoint", TelemetryEndpoint, "the address of a collector, such as http://localhost:4318", ProjectFile);
}
