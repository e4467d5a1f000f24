using ImageSdk.Hosting.Metrics;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Imaginator.Builds;

/// <summary>What supervision wants to know of workers.</summary>
/// <param name="queue">Knows them.</param>
/// <param name="lease">How long one may be silent.</param>
/// <param name="time">The clock.</param>
sealed class WorkerCounts(JobQueue queue, TimeSpan lease, TimeProvider time)
{
    static readonly TimeSpan pause = TimeSpan.FromSeconds(5);

    IReadOnlyList<KnownWorker> workers = [];

    /// <summary>Clocks of machines differ: a worker that is silent for two leases counts as lost, which decides nothing.</summary>
    public static WorkerCondition ConditionOf(KnownWorker worker, DateTimeOffset now, TimeSpan lease) =>
        now - worker.Seen > 2 * lease ? WorkerCondition.Silent : worker.IsDraining ? WorkerCondition.Draining : WorkerCondition.Ready;

    /// <summary>Keeps what is known up to date until stopped: those who ask for metrics do not wait for a database.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                workers = await queue.WorkersAsync(stop);
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
        const string Room = "/imaginator/workers";
        foreach (var condition in Enum.GetValues<WorkerCondition>())
        {
            var (name, label) = (condition.ToString().ToLowerInvariant(), $"state=\"{condition.ToString().ToLowerInvariant()}\"");
            metrics.Add($"{Room}/{name}/count", "number of workers in this state", "None", () => (long)Of(condition).Count(), "imaginator_workers", label);
            metrics.Add($"{Room}/{name}/slots", "builds that workers in this state may do at once", "None", () => Of(condition).Sum(worker => (long)worker.Slots), "imaginator_worker_slots", label);
            metrics.Add($"{Room}/{name}/builds", "builds that workers in this state do", "None", () => Of(condition).Sum(worker => (long)worker.Running.Count), "imaginator_worker_builds", label);
        }
    }

    IEnumerable<KnownWorker> Of(WorkerCondition condition) => workers.Where(worker => ConditionOf(worker, time.GetUtcNow(), lease) == condition);
}

enum WorkerCondition
{
    /// <summary>It takes builds.</summary>
    Ready,

    /// <summary>It takes no further ones.</summary>
    Draining,

    /// <summary>It was not heard of for long.</summary>
    Silent,
}
