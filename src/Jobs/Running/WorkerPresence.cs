using ImageSdk.Jobs.Operations;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Jobs.Running;

/// <summary>Keeps a worker in the list of those that a queue knows (<see cref="JobQueue.WorkersAsync"/>), where it can be told to drain.</summary>
/// <param name="queue">Where the jobs are.</param>
/// <param name="worker">What the worker is; the name is its own among all of the queue.</param>
/// <param name="slots">Jobs that it does at once.</param>
public sealed class WorkerPresence(JobQueue queue, WorkerProfile worker, int slots)
{
    readonly string process = ProcessIdentity.Own ?? $"{Environment.MachineName}|{Guid.NewGuid():N}";

    /// <summary>Whether it is to take no further jobs. The queue gives it none.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Enters the worker.</summary>
    /// <exception cref="JobException">IMG7350: another process that lives has the name.</exception>
    public Task RegisterAsync(CancellationToken cancel = default) => queue.Workers.RegisterAsync(worker, slots, process, cancel);

    /// <summary>Says again and again that the worker is alive, until stopped.</summary>
    /// <exception cref="JobException">IMG7350: another process has taken the name.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                IsDraining = await queue.Workers.BeatAsync(worker.Name, process, stop);
            }
            catch (JobException problem) when (problem.Code != "IMG7350")
            {
                queue.Options.Report?.Invoke(problem.Message);
            }
            await Task.Delay(queue.Options.LeaseTime / 3, queue.Options.Clock, stop);
        }
    }

    /// <summary>Strikes the worker off.</summary>
    public Task LeaveAsync(CancellationToken cancel = default) => queue.Workers.LeaveAsync(worker.Name, process, cancel);
}
