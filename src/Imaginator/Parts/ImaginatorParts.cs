using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Hosting;
using ImageSdk.Images;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Imaginator.Batch;
using ImageSdk.Imaginator.Batch.Kubernetes;
using ImageSdk.Imaginator.Batch.Slurm;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Dependencies;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Folders;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Projects;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Imaginator.Workers;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Parts;

/// <summary>What an imaginator consists of.</summary>
sealed class ImaginatorParts : IAsyncDisposable
{
    readonly HttpClient http;
    readonly FileStream held;
    readonly DaemonResources<ImaginatorOptions> resources;

    ImaginatorParts(
        DaemonResources<ImaginatorOptions> resources, MainConfiguration main, VariablesFile variables, ConfigurationSource source, GitMirrors mirrors, JobQueue queue,
        HttpClient http, FileStream held, BatchSettings batch, Func<ImaginatorParts, IStreamBuilder>? builder)
    {
        (this.http, this.held) = (http, held);
        this.resources = resources;
        var (options, log, certificates, time) = resources;
        Main = main;
        Variables = variables;
        StreamsFile = new(
            main.ImageStreamsUrl, main.ImageStreamsCheckInterval, () => variables.Current, source, Path.Combine(options.StateDirectory, "image-streams.json"), Architecture,
            found => log.Write(found.ToLine()), time);
        Streams = new(main, StreamsFile);
        Server = new(options.ImageServer, () => new()
        {
            Certificates = certificates.ForClient,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePeriod = options.KeepAlivePeriod,
            WithoutMethodPowers = options.WithoutMethodPowers,
        }, time);
        Switches = new(Path.Combine(options.StateDirectory, "switches.json"), options.ImageRebuildInterval, time);
        Archive = new(options.BuildLogDirectory, options.BuildLogQuota, log.Write, time);
        LogSearch = new(Archive);
        Queue = queue;
        var engine = EngineSettings(options, certificates.Current is not null);
        var gate = new BuildGate();
        var builds = new BuildDirectories(Path.Combine(options.StateDirectory, "builds"), gate);
        Builder = builder?.Invoke(this) ?? new LocalStreamBuilder(engine, main, () => variables.Current, mirrors, Server, builds, time);
        Execution = new(Builder, Server, OutgoingDirectory(options.StateDirectory), time);
        Jobs = new(queue, Streams, CreateRunner(batch), Server, Archive, log.Write, time);
        Workers = new(queue, options.Jobs.LeaseTime, time);
        ProjectObjects = new(Path.Combine(options.StateDirectory, "projects", "objects"), options.ProjectQuota, log.Write);
        ProjectRules = new(Streams, Switches, Architecture);
        var projectBuilds = new BuildDirectories(Path.Combine(options.StateDirectory, "projects", "builds"), gate);
        var projectResults = new ProjectResults(Path.Combine(options.StateDirectory, "projects", "results"), time);
        Folders = new(
            [.. FolderTable.OfStreams(engine, options.Quotas, mirrors, builds, time), .. ProjectFolders.Of(options, ProjectObjects, projectBuilds, projectResults, time)], gate, log.Write, time);
        Projects = new(
            queue, new(engine, main, ProjectObjects, projectBuilds, options.MaximumBuildDuration), projectResults, () => variables.Current, Archive, options.ConcurrentBuilds, log.Write, time);
        ProjectContents = new(engine, projectResults, options.ConcurrentBuilds);
        Cancellation = new(Jobs, Streams, log.Write);
        Requests = new(Jobs, Switches, Streams, Server, options, time);
        Dependencies = new(Streams, mirrors, () => variables.Current, Architecture, log.Write, time);
        Automatic = new(Jobs, Switches, Streams, Server, options.RebuildDependents ? Dependencies : null, options.ImageRebuildInterval, options.MaximumBuildDuration, log.Write, time);
        StreamsFile.Changed += () =>
        {
            log.Write($"received new image streams configuration: {StreamsFile.Current.Streams.Count} streams, {StreamsFile.Current.Patterns.Count} patterns");
            Dependencies.Wake();
        };
    }

    /// <summary>In the field's words.</summary>
    public static string Architecture => MachineArchitecture.Own;

    public ImaginatorOptions Options => resources.Options;

    public MainConfiguration Main { get; }

    public VariablesFile Variables { get; }

    public StreamsFile StreamsFile { get; }

    public StreamCatalogue Streams { get; }

    public ImageServerLink Server { get; }

    public BuildSwitches Switches { get; }

    public BuildLogArchive Archive { get; }

    public LogSearch LogSearch { get; }

    public JobQueue Queue { get; }

    public IStreamBuilder Builder { get; }

    BuildExecution Execution { get; }

    public BuildJobs Jobs { get; }

    public BuildCancellation Cancellation { get; }

    public BuildRequests Requests { get; }

    public ProjectObjects ProjectObjects { get; }

    public ProjectRules ProjectRules { get; }

    public ProjectContents ProjectContents { get; }

    public ProjectBuilds Projects { get; }

    public FolderCare Folders { get; }

    public WorkerCounts Workers { get; }

    public AutoBuilds Automatic { get; }

    public DependencyGenerator Dependencies { get; }

    public GraphPicture Picture { get; } = new();

    /// <summary>Reads the configuration and opens what there is.</summary>
    /// <exception cref="FormatException">The configuration cannot be had, or is not what is expected.</exception>
    /// <exception cref="ImageSdk.Jobs.JobException">The jobs cannot be opened.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    /// <param name="builder">What builds; null for the engine on this machine.</param>
    public static async Task<ImaginatorParts> OpenAsync(DaemonResources<ImaginatorOptions> resources, Func<ImaginatorParts, IStreamBuilder>? builder = null)
    {
        var (options, log, _, time) = resources;
        options.Normalize();
        // It holds what requests have in their variables.
        Directory.CreateDirectory(options.StateDirectory, (UnixFileMode)Permissions.OwnerDirectory);
        var held = StateDirectory.Hold(options.StateDirectory);
        RemoveRemains(options.StateDirectory);
        var mirrors = new GitMirrors(Path.Combine(options.StateDirectory, "git"), time);
        var http = ConfigurationSource.CreateClient();
        try
        {
            var source = new ConfigurationSource(mirrors, http);
            var main = await new MainConfigurationLoader(source, Architecture, Report).LoadAsync(options.ConfigurationUrl, CancellationToken.None);
            if (main.BootstrapStreams.Count == 0)
                log.Write("No bootstrap streams configured: some operations degraded");
            var variables = new VariablesFile(options.VariablesFile, source, Report, log.Write, time);
            await variables.LoadAsync(CancellationToken.None);
            var batch = await LoadBatchSettingsAsync(options, source, Report);
            var queue = await JobQueue.OpenAsync(
                options.Jobs.Read() ?? Path.Combine(options.StateDirectory, "jobs.db"), new() { Clock = time, LeaseTime = options.Jobs.LeaseTime, Report = log.Write });
            return new(resources, main, variables, source, mirrors, queue, http, held, batch, builder);
        }
        catch (BuildException problem)
        {
            http.Dispose();
            await held.DisposeAsync();
            // Where it is wrong matters as much as what is wrong.
            throw new FormatException(problem.Diagnostic.ToLine(), problem);
        }
        catch
        {
            http.Dispose();
            await held.DisposeAsync();
            throw;
        }

        void Report(Diagnostic found) => log.Write(found.ToLine());
    }

    static async Task<BatchSettings> LoadBatchSettingsAsync(ImaginatorOptions options, ConfigurationSource source, Action<Diagnostic> report)
    {
        if (options.RunnerFile.Length == 0)
            return new(null, null);
        var text = await source.ReadAsync(options.RunnerFile, CancellationToken.None);
        var settings = new BatchSettingsReader(text, report).Read();
        return options.BuildRunner is BuildRunnerKind.Slurm && settings.Slurm is null || options.BuildRunner is BuildRunnerKind.Kubernetes && settings.Kubernetes is null
            ? throw new BuildException("IMG7310", $"the runner file has no member {options.BuildRunner}, which -buildRunner asks for.", text.Name)
            : settings;
    }

    /// <summary>What runs as long as the daemon does.</summary>
    public IEnumerable<Task> BackgroundTasks(CancellationToken stop) =>
    [
        StreamsFile.WatchAsync(stop), Variables.WatchAsync(stop), Jobs.RunAsync(stop), Jobs.Counts.WatchAsync(Queue, stop), Workers.WatchAsync(stop), Projects.RunAsync(stop), Automatic.RunAsync(stop), Dependencies.RunAsync(stop), MakeDirectoriesAsync(stop), WorkAsync(stop), Folders.RunAsync(stop),
    ];

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        await Server.DisposeAsync();
        http.Dispose();
        await held.DisposeAsync();
    }

    /// <summary>Directories of streams are there before their first image is, so that others can watch them.</summary>
    async Task MakeDirectoriesAsync(CancellationToken stop)
    {
        // Not disposed of: the file is watched beside this, and may change after this has ended.
        var changed = new SemaphoreSlim(0);
        StreamsFile.Changed += () => changed.Release();
        await StreamsFile.Loaded.WaitAsync(stop);
        while (true)
        {
            try
            {
                foreach (var made in await Server.MakeDirectoriesAsync(Streams.List().Select(stream => stream.Name), stop))
                    resources.Log.Write($"Created missing directory: {made}");
            }
            catch (SrpcException problem)
            {
                resources.Log.Write($"{Server.Address}: {problem.Message}");
            }
            await changed.WaitAsync(stop);
        }
    }

    IBuildRunner CreateRunner(BatchSettings batch) => Options.BuildRunner switch
    {
        BuildRunnerKind.Workers => new QueueRunner(Queue, Architecture),
        BuildRunnerKind.Slurm => new QueueRunner(Queue, Architecture, new SlurmSystem(batch.Slurm!, resources.Log.Write, resources.Time)),
        BuildRunnerKind.Kubernetes => new QueueRunner(Queue, Architecture, KubernetesSystem.Open(batch.Kubernetes!, resources.Log.Write, resources.Time)),
        _ => new InProcessRunner(Execution, Architecture, Options.ConcurrentBuilds),
    };

    /// <summary>Builds here beside the workers, as one of them.</summary>
    async Task WorkAsync(CancellationToken stop)
    {
        if (Options is not { BuildRunner: BuildRunnerKind.Workers, ConcurrentBuilds: > 0 and var slots })
            return;
        var profile = new WorkerProfile($"{Environment.MachineName} (imaginator)", [EngineJob.Kind]) { Architectures = [Architecture] };
        var health = new WorkerHealth(() => Queue.DrainAsync(profile.Name, drain: true, stop), resources.Log.Write, resources.Time);
        var builds = new WorkerBuilds(Streams, Execution, health, resources.Log.Write);
        var presence = new WorkerPresence(Queue, profile, slots);
        await presence.RegisterAsync(stop);
        var beating = presence.RunAsync(stop);
        await new JobRunner(Queue, profile, new Dictionary<string, JobHandler> { [EngineJob.Kind] = builds.RunAsync }, new() { Concurrency = slots, BeforeClaim = health.WaitAsync }).RunAsync(stop);
        await presence.LeaveAsync(CancellationToken.None);
        await beating;
    }

    static EngineSettings EngineSettings(ImaginatorOptions options, bool hasCertificate) => new(
        options.StateDirectory, options.CacheDirectory, SharedCache.Of(options.SharedCache, address => ServerSettings(address, options, hasCertificate)), Architecture,
        ServerSettings(options.ImageServer, options, hasCertificate), DaemonWorker.Assembly, DaemonWorker.FindDotnet()) { ImageSdkDirectory = options.ImageSdkDirectory };

    static ImageServerSettings ServerSettings(string address, ImaginatorOptions options, bool hasCertificate) =>
        EngineProgram.ServerSettings(address, options.StateDirectory, hasCertificate ? options.CertificateFile : "", hasCertificate ? options.KeyFile : "");

    static string OutgoingDirectory(string stateDirectory) => Path.Combine(stateDirectory, "outgoing");

    // Of a process that was killed.
    static void RemoveRemains(string stateDirectory)
    {
        var outgoing = OutgoingDirectory(stateDirectory);
        if (Directory.Exists(outgoing))
            Directory.Delete(outgoing, recursive: true);
    }
}
