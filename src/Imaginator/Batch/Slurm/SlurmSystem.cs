using System.Globalization;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Batch.Slurm;

/// <summary>Slurm starts a worker for each build (sbatch), with the stream's constraint, time and memory; one whose node fails is queued again.</summary>
/// <param name="report">Receives trouble that passes by itself.</param>
sealed class SlurmSystem(SlurmSettings settings, Action<string> report, TimeProvider time) : IBatchSystem
{
    /// <summary>The worker ends a build whose time is up, and says so; Slurm ends a worker that does not.</summary>
    static readonly TimeSpan grace = TimeSpan.FromMinutes(2);

    /// <summary>A job that Slurm does not know any more, or whose node fails, in so many looks; it may be on its way into the queue.</summary>
    const int SureAfter = 3;

    readonly SlurmQueue queue = new(settings.PollInterval, report, time);

    public async Task RunAsync(BatchBuild build, CancellationToken stop)
    {
        var name = BatchWorker.NameOf(build.Job);
        await SubmitOnceAsync(name, build, stop);
        var (last, doubts) = ("", 0);
        while (true)
        {
            await Task.Delay(settings.PollInterval, time, stop);
            var (answered, job) = await queue.FindAsync(name, now: false, stop);
            if (!answered)
                continue;
            var state = job is null ? "unknown" : job.State is "PENDING" ? $"waits: {job.Reason}" : $"{job.State.ToLowerInvariant()}{(job.Node.Length > 0 ? $" on {job.Node}" : "")}";
            if (state != last)
                build.Log($"Slurm job {state}");
            last = state;
            switch (job?.State)
            {
                case "COMPLETED":
                    return;
                case "BOOT_FAIL" or "CANCELLED" or "DEADLINE" or "FAILED" or "OUT_OF_MEMORY" or "PREEMPTED" or "TIMEOUT":
                    throw SlurmCommand.Failure($"Slurm has ended the build of {name}: {job.State}{(job.Reason is "" or "None" ? "" : $", {job.Reason}")}{(job.Node.Length > 0 ? $", on {job.Node}" : "")}");
                // One whose node failed is queued again.
                case null or "NODE_FAIL" when ++doubts >= SureAfter:
                    throw SlurmCommand.Failure($"Slurm has lost the build of {name}");
                case null or "NODE_FAIL":
                    continue;
            }
            doubts = 0;
        }
    }

    public async Task RemoveAsync(Job job, CancellationToken cancellation)
    {
        try
        {
            await SlurmCommand.RunAsync("scancel", ["--quiet", "--me", $"--name={BatchWorker.NameOf(job)}"], cancellation);
        }
        catch (BatchException problem)
        {
            report(problem.Message);
        }
    }

    /// <summary>Submits the job, unless an earlier attempt has; waits for a controller that is away.</summary>
    async Task SubmitOnceAsync(string name, BatchBuild build, CancellationToken stop)
    {
        for (var isFirst = true; ; isFirst = false)
            try
            {
                // Also after a submission whose answer was lost.
                if (await queue.FindAsync(name, now: true, stop) is (_, null))
                    build.Log($"Slurm job: {await SubmitAsync(name, build, stop)}");
                return;
            }
            catch (BatchException problem) when (SlurmCommand.IsAway(problem))
            {
                if (isFirst)
                    build.Log($"{problem.Message}; waiting for it");
                await Task.Delay(settings.PollInterval, time, stop);
            }
    }

    async Task<string> SubmitAsync(string name, BatchBuild build, CancellationToken stop)
    {
        var output = await SlurmCommand.RunAsync("sbatch", Options(name, build), stop, Script(build));
        // ID, or ID;CLUSTER.
        return output.Trim().Split(';')[0];
    }

    /// <summary>The options of sbatch.</summary>
    public IReadOnlyList<string> Options(string name, BatchBuild build)
    {
        var memory = build.Placement.MemoryMiB > 0 ? build.Placement.MemoryMiB : settings.MemoryMiB;
        return
        [
            "--parsable", $"--job-name={name}", "--requeue", "--open-mode=append",
            // The imaginator's own environment is none of the nodes' business.
            "--export=PATH,HOME",
            $"--constraint={string.Join('&', build.Placement.Labels.Prepend(build.Architecture))}",
            string.Create(CultureInfo.InvariantCulture, $"--time={(long)Math.Ceiling((build.TimeLimit + grace).TotalMinutes)}"),
            string.Create(CultureInfo.InvariantCulture, $"--cpus-per-task={Math.Max(1, settings.Cpus)}"),
            .. memory > 0 ? [string.Create(CultureInfo.InvariantCulture, $"--mem={memory}M")] : Array.Empty<string>(),
            $"--output={(settings.LogDirectory.Length > 0 ? $"{settings.LogDirectory.TrimEnd('/')}/{name}.log" : "/dev/null")}",
            "--chdir=/", .. settings.Options,
        ];
    }

    string Script(BatchBuild build) =>
        $"#!/bin/sh\nexec {string.Join(' ', BatchWorker.Command(settings.WorkerCommand, settings.WorkerFlags, build).Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"))}\n";
}
