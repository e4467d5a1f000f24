using System.Runtime.InteropServices;
using ImageSdk.Hosting.Flags;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Imaginator.Workers;

/// <summary>The worker's program, and what administrators do with workers: <c>imaginator worker [drain NAME | resume NAME | list]</c>.</summary>
static class WorkerProgram
{
    const int Failed = 1;
    const int WrongUsage = 2;

    /// <summary>SIGUSR1, which has no name of its own.</summary>
    const PosixSignal Drain = (PosixSignal)10;

    public static async Task<int> RunAsync(string[] words)
    {
        if (words is ["-h" or "-help" or "--help"])
        {
            Console.WriteLine("imaginator worker builds for an imaginator, on this machine. SIGTERM: builds go back to the queue. SIGUSR1: finish them, and end.");
            Console.WriteLine("imaginator worker drain NAME: no further builds for a worker. resume NAME: builds again. list: all workers. Flags:");
            Console.Write(WorkerFlags.Describe());
            return 0;
        }
        try
        {
            return words switch
            {
                ["drain", var name, .. var rest] => await SetDrainAsync(name, drain: true, WorkerFlags.Read(rest, "/etc")),
                ["resume", var name, .. var rest] => await SetDrainAsync(name, drain: false, WorkerFlags.Read(rest, "/etc")),
                ["list", .. var rest] => await ListAsync(WorkerFlags.Read(rest, "/etc")),
                _ => await WorkAsync(WorkerFlags.Read(words, "/etc")),
            };
        }
        catch (FlagException problem)
        {
            Console.Error.WriteLine($"imaginator worker: {problem.Message}");
            Console.Error.WriteLine("imaginator worker -help lists the flags.");
            return WrongUsage;
        }
        catch (Exception problem) when (problem is JobException or IOException or UnauthorizedAccessException)
        {
            Log(problem is JobException { Code: var code } ? $"error {code}: {problem.Message}" : problem.Message);
            return Failed;
        }
    }

    static async Task<int> WorkAsync(WorkerOptions options)
    {
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var worker = await WorkerProcess.StartAsync(options, Log, TimeProvider.System, stop.Token);
        using var drained = PosixSignalRegistration.Create(Drain, context =>
        {
            context.Cancel = true;
            Log("draining: no further builds are taken");
            worker.Drain();
        });
        await worker.RunAsync(stop.Token);
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    static async Task<int> SetDrainAsync(string name, bool drain, WorkerOptions options)
    {
        await using var queue = await OpenAsync(options);
        if (await queue.DrainAsync(name, drain))
            return 0;
        throw new JobException("IMG7354", $"There is no worker {name}. \"imaginator worker list\" shows all there are.");
    }

    static async Task<int> ListAsync(WorkerOptions options)
    {
        await using var queue = await OpenAsync(options);
        foreach (var worker in await queue.WorkersAsync())
            Console.WriteLine(string.Join('\t',
                worker.Profile.Name, string.Join(',', worker.Profile.Architectures), string.Join(',', worker.Profile.Labels), worker.IsDraining ? "draining" : "takes builds",
                $"{worker.Running.Count} of {worker.Slots}", $"{worker.Seen:u}"));
        return 0;
    }

    static Task<JobQueue> OpenAsync(WorkerOptions options) => JobQueue.OpenAsync(options.Jobs.Read()!, new() { Maintain = false, Patience = TimeSpan.FromSeconds(10) });

    // Standard error is what systemd, Slurm and Kubernetes keep.
    static void Log(string line) => Console.Error.WriteLine(line);
}
