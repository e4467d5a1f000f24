using System.Collections.Concurrent;
using ImageSdk.Building.Reporting;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Imaginator.Builds;

/// <summary>What supervision wants to know of builds, since the start of the daemon, and how long the queue is now.</summary>
sealed class BuildCounts(TimeProvider time)
{
    static readonly string[] reasons = ["request", "source", "automatic"];
    static readonly string[] results = ["succeeded", "failed", "cancelled"];
    static readonly TimeSpan pause = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, long> counts = new(StringComparer.Ordinal);
    IReadOnlyList<JobCount> queue = [];

    public void Start(BuildOrder order) => Add($"started/{(order.Source is not null ? "source" : order.User is null ? "automatic" : "request")}", 1);

    public void Finish(string result, TimeSpan duration)
    {
        Add($"finished/{result}", 1);
        Add($"milliseconds/{result}", (long)duration.TotalMilliseconds);
    }

    public void Count(IReadOnlyList<BuiltStage> stages)
    {
        foreach (var stage in stages)
            Add($"stages/{stage.Result}", 1);
    }

    /// <summary>Keeps the length of the queue up to date until stopped: those who ask for metrics do not wait for a database.</summary>
    public async Task WatchAsync(JobQueue jobs, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                queue = await jobs.CountAsync(stop);
            }
            catch (JobException)
            {
                // The database is away, which the queue reports.
            }
            await Task.Delay(pause, time, stop);
        }
    }

    public void AddTo(MetricTable metrics)
    {
        const string Room = "/imaginator/builds";
        foreach (var reason in reasons)
            metrics.Add($"{Room}/started/{reason}", "number of builds that were started", "None", () => Of($"started/{reason}"), "imaginator_builds_started_total", $"reason=\"{reason}\"");
        foreach (var result in results)
        {
            metrics.Add($"{Room}/finished/{result}", "number of builds that ended", "None", () => Of($"finished/{result}"), "imaginator_builds_finished_total", $"result=\"{result}\"");
            metrics.Add(
                $"{Room}/duration/{result}", "time of all builds that ended", "Seconds", () => TimeSpan.FromMilliseconds(Of($"milliseconds/{result}")), "imaginator_build_duration_seconds_total", $"result=\"{result}\"");
        }
        foreach (var result in new[] { StageResult.Cached, StageResult.Ran })
        {
            var name = result.ToString().ToLowerInvariant();
            metrics.Add($"{Room}/stages/{name}", "number of stages of builds that succeeded", "None", () => Of($"stages/{result}"), "imaginator_stages_total", $"result=\"{name}\"");
        }
        metrics.Add($"{Room}/queued", "number of builds that wait", "None", () => Length(JobState.Queued), "imaginator_builds_queued");
        metrics.Add($"{Room}/running", "number of builds that go on", "None", () => Length(JobState.Running) + Length(JobState.Cancelling), "imaginator_builds_running");
    }

    void Add(string name, long number) => counts.AddOrUpdate(name, number, (_, before) => before + number);

    long Of(string name) => counts.GetValueOrDefault(name);

    long Length(JobState state) => queue.Where(count => count.State == state && BuildJobs.IsBuild(count.Kind)).Sum(count => count.Count);
}
