using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Projects;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Folders;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Workers;

/// <summary>A worker: takes builds from an imaginator's queue until it is stopped or drained.</summary>
sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>From the end of a command to the news that the worker is to end as well.</summary>
    static readonly TimeSpan signalDelay = TimeSpan.FromMilliseconds(500);

    readonly WorkerOptions options;
    readonly Action<string> log;
    readonly TimeProvider time;
    readonly JobQueue queue;
    readonly WorkerSlot slot;
    readonly BuildDirectories directories;
    readonly GitMirrors mirrors;
    readonly FolderCare folders;
    readonly CoordinatorLink coordinator;
    readonly JobRunner runner;
    readonly WorkerPresence presence;
    readonly CancellationTokenSource hasClaimed = new();
    readonly CancellationTokenSource stopping = new();

    WorkerProcess(WorkerOptions options, JobQueue queue, WorkerSlot slot, Action<string> log, TimeProvider time)
    {
        (this.options, this.queue, this.slot, this.log, this.time) = (options, queue, slot, log, time);
        var gate = new BuildGate();
        directories = new(Path.Combine(slot.Path, "builds"), gate);
        mirrors = new(Path.Combine(slot.Path, "git"), time);
        folders = new(FolderTable.OfStreams(Settings(MachineArchitecture.Own, options.ImageServer("localhost:0")), options.Quotas, mirrors, directories, time), gate, log, time);
        coordinator = new($"{options.ImaginatorHost}:{options.ImaginatorPort}", () => ClientOptions(verify: true), log, time);
        var health = new WorkerHealth(() => queue.DrainAsync(options.Name, drain: true), log, time);
        var builds = new WorkerBuilds(BuildAsync, options.Once ? null : health, log);
        var profile = new WorkerProfile(options.Name, [EngineJob.Kind]) { Architectures = options.Architectures, Labels = options.Labels };
        presence = new(queue, profile, options.ConcurrentBuilds);
        runner = new(
            queue, profile, new Dictionary<string, JobHandler> { [EngineJob.Kind] = (context, stop) => RunAsync(builds, context, stop) },
            new() { Concurrency = options.ConcurrentBuilds, ShutdownTime = options.ShutdownTime, BeforeClaim = health.WaitAsync });
    }

    /// <exception cref="JobException">The queue cannot be used, or another worker has the name.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static async Task<WorkerProcess> StartAsync(WorkerOptions options, Action<string> log, TimeProvider time, CancellationToken stop)
    {
        var slot = WorkerSlot.Take(options.StateDirectory);
        JobQueue? queue = null;
        try
        {
            queue = await JobQueue.OpenAsync(options.Jobs.Read()!, new() { Clock = time, LeaseTime = options.Jobs.LeaseTime, Report = log }, stop);
            var worker = new WorkerProcess(options, queue, slot, log, time);
            await worker.presence.RegisterAsync(stop);
            return worker;
        }
        catch
        {
            if (queue is not null)
                await queue.DisposeAsync();
            slot.Dispose();
            throw;
        }
    }

    /// <summary>Takes no further builds; <c>RunAsync</c> returns when those that go on are done.</summary>
    public void Drain() => runner.Drain();

    /// <summary>Builds until stopped or drained.</summary>
    /// <exception cref="JobException">IMG7350: another process has taken the worker's name.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        log($"worker {options.Name} takes builds for {string.Join(", ", options.Architectures)}{(options.Labels.Count > 0 ? $" with {string.Join(", ", options.Labels)}" : "")}");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var noted = stop.Register(stopping.Cancel);
        var doing = runner.RunAsync(ending.Token);
        var beating = presence.RunAsync(ending.Token);
        // A worker for one build leaves what is in the folders to the next ones.
        var caring = options.Once ? Task.CompletedTask : folders.RunAsync(ending.Token);
        if (options.Once)
            _ = GiveUpWaitingAsync(ending.Token);
        await Task.WhenAny(doing, beating);
        // A name that another has taken ends this one.
        await ending.CancelAsync();
        await doing;
        await caring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await presence.LeaveAsync(CancellationToken.None);
        if (beating.IsFaulted)
            await beating;
    }

    public async ValueTask DisposeAsync()
    {
        await queue.DisposeAsync();
        slot.Dispose();
        hasClaimed.Dispose();
        stopping.Dispose();
    }

    async Task<string?> RunAsync(WorkerBuilds builds, JobContext context, CancellationToken stop)
    {
        if (options.Once)
        {
            await hasClaimed.CancelAsync();
            Drain();
        }
        try
        {
            return await builds.RunAsync(context, stop);
        }
        catch (JobFailedException)
        {
            // Slurm and terminals end the build's commands together with the worker: then nothing is wrong with the build, and it is given back.
            await Task.Delay(signalDelay, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
                await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
            throw;
        }
    }

    /// <summary>How long a worker that does one job waits for it: one that is started again after a fault, until the lease of the first has ended.</summary>
    TimeSpan OnlyJobPatience => TimeSpan.FromSeconds(30) + 2 * options.Jobs.LeaseTime;

    async Task GiveUpWaitingAsync(CancellationToken stop)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop, hasClaimed.Token);
        await Task.Delay(OnlyJobPatience, time, waiting.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Drain();
    }

    async Task<BuildOutcome> BuildAsync(BuildOrder order, JobContext context, CancellationToken stop)
    {
        var setup = await coordinator.GetSetupAsync(order.Stream, stop);
        await using var server = new ImageServerLink(options.ImageServer(setup.ImageServer), () => ClientOptions(verify: false), time);
        var execution = new BuildExecution(CreateBuilder(setup, server), server, slot.OutgoingDirectory, time);
        return await execution.RunAsync(order, setup.ToStream(), new(context.Log), text => context.ReportAsync(text, stop), stop);
    }

    LocalStreamBuilder CreateBuilder(WorkerSetup setup, ImageServerLink server)
    {
        return new(Settings(setup.Architecture, server.Address), setup.Main, () => setup.Secrets, mirrors, server, directories, time);
    }

    EngineSettings Settings(string architecture, string server)
    {
        var hasCertificate = File.Exists(options.CertificateFile);
        return new(
            slot.Path, options.CacheDirectory.Length > 0 ? options.CacheDirectory : Path.Combine(options.StateDirectory, "cache"), SharedCache.Of(options.SharedCache, ServerSettings), architecture,
            ServerSettings(server), DaemonWorker.Assembly, DaemonWorker.FindDotnet()) { ImageSdkDirectory = options.ImageSdkDirectory };

        ImageServerSettings ServerSettings(string address) => EngineProgram.ServerSettings(address, slot.Path, hasCertificate ? options.CertificateFile : "", hasCertificate ? options.KeyFile : "");
    }

    /// <param name="verify">Whether the server is to show that it is the one: it is about to be told, or to tell, secrets.</param>
    SrpcClientOptions ClientOptions(bool verify)
    {
        var pair = File.Exists(options.CertificateFile) && File.Exists(options.KeyFile) ? PemPair.Load(options.CertificateFile, options.KeyFile) : null;
        return new()
        {
            Certificates = pair is null ? ClientCertificates.None : ClientCertificates.Of(pair.TargetCertificate, [.. pair.IntermediateCertificates]),
            ServerVerification = verify && pair is not null && File.Exists(options.AuthoritiesFile)
                ? ServerVerification.ByAuthorities(CertificateAuthorities.Load(options.AuthoritiesFile))
                : ServerVerification.None,
        };
    }
}
