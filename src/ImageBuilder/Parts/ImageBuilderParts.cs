using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Networking;
using ImageSdk.Hosting;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.ImageBuilder.Engine;
using ImageSdk.ImageBuilder.Messages;
using ImageSdk.ImageBuilder.Options;
using ImageSdk.ImageBuilder.Outbound;
using ImageSdk.ImageBuilder.Requests;
using ImageSdk.Images;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.ImageBuilder.Parts;

/// <summary>What an image builder consists of.</summary>
sealed class ImageBuilderParts : IAsyncDisposable
{
    /// <summary>That the answer of a cancel_url may take: with the interval less than five seconds.</summary>
    static readonly TimeSpan cancelPatience = TimeSpan.FromSeconds(2);

    readonly FileStream held;
    readonly HttpClient http;
    readonly ProgressSender sender;
    readonly RequestConsumer consumer;
    readonly UnfinishedUploads uploads;

    ImageBuilderParts(DaemonResources<ImageBuilderOptions> resources, JobQueue queue, FileStream held, Parsed parsed, IImageEngine? engine)
    {
        var (options, log, _, time) = resources;
        (this.held, Options, Queue) = (held, options, queue);
        var denied = DeniedNetworks.Parse(options.DeniedNetworks);
        http = CancelUrl.CreateClient(denied);
        var images = DestinationTable.OpenImages(options.ImageDestination.Length > 0 ? options.ImageDestination : Path.Combine(options.StateDirectory, "images"), options.ImageVisibility);
        var data = DestinationTable.OpenData(options.DataStore.Length > 0 ? options.DataStore : Path.Combine(options.StateDirectory, "data"), options.PublicData);
        var settings = new EngineSettings(
            options.StateDirectory, options.CacheDirectory.Length > 0 ? options.CacheDirectory : Path.Combine(options.StateDirectory, "cache"), EngineProgram.Architecture, options.Format, parsed.FormatOptions,
            new(parsed.Archives, new(options.LaunchpadAddress, options.PpaServer, options.KeyServer)), denied, options.HostPorts, options.MaximumBuildDuration, options.BuildQuota, DaemonWorker.Assembly, DaemonWorker.FindDotnet());
        sender = new(parsed.Amqp, new(Path.Combine(options.StateDirectory, "outbox"), time), log.Write, time);
        var requests = new RequestRun(queue, sender, new(http, options.CancelInterval, cancelPatience, time), data, options.ProgressPeriod, time);
        uploads = new(Path.Combine(options.StateDirectory, "uploads"), queue, images, log.Write, time);
        var builds = new BuildRun(engine ?? new ImageEngine(settings), images, uploads, data);
        Builds = new(queue, requests.RunAsync, builds.RunAsync, options.ConcurrentBuilds, log.Write);
        Reader = new(new(options.FileRoots));
        consumer = new(parsed.Amqp, options.RequestQueue, Reader, async (request, ignored, key, cancellation) => (await Builds.SubmitAsync(request, ignored, key, cancellation)).Id, log.Write, time);
    }

    /// <summary>What is said of the site in words of their own.</summary>
    sealed record Parsed(AmqpSettings Amqp, IReadOnlyDictionary<string, SiteArchive> Archives, IReadOnlyDictionary<string, string> FormatOptions);

    public ImageBuilderOptions Options { get; }

    public JobQueue Queue { get; }

    public ImageBuilds Builds { get; }

    public RequestReader Reader { get; }

    /// <summary>Opens what there is.</summary>
    /// <param name="engine">What builds; null for the engine on this machine.</param>
    /// <exception cref="FormatException">A setting is not what is expected.</exception>
    /// <exception cref="ImageSdk.Jobs.JobException">The jobs cannot be opened.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static async Task<ImageBuilderParts> OpenAsync(DaemonResources<ImageBuilderOptions> resources, IImageEngine? engine = null)
    {
        var options = resources.Options;
        var parsed = new Parsed(
            AmqpSettings.Parse(options.AmqpUriFile.Length > 0 ? (await File.ReadAllTextAsync(options.AmqpUriFile)).Trim() : options.AmqpUri),
            options.ArchivesFile.Length > 0 ? ArchiveTable.Read(options.ArchivesFile) : new Dictionary<string, SiteArchive>(),
            ParseOptions(options.FormatOptions));
        Directory.CreateDirectory(options.StateDirectory, (UnixFileMode)Permissions.OwnerDirectory);
        var held = Hold(options.StateDirectory);
        try
        {
            var queue = await JobQueue.OpenAsync(Path.Combine(options.StateDirectory, "jobs.db"), new()
            {
                Clock = resources.Time, Report = resources.Log.Write, RetryDelay = attempt => options.RetryDelay * Math.Pow(3, Math.Min(attempt, 5) - 1),
            });
            return new(resources, queue, held, parsed, engine);
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>What runs as long as the daemon does.</summary>
    public IEnumerable<Task> BackgroundTasks(CancellationToken stop) => [Builds.RunAsync(stop), sender.RunAsync(stop), consumer.RunAsync(stop), uploads.RunAsync(stop)];

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        sender.Dispose();
        http.Dispose();
        await held.DisposeAsync();
    }

    static Dictionary<string, string> ParseOptions(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToDictionary(
        option => option.Split('=')[0], option => option.IndexOf('=') is > 0 and var equals ? option[(equals + 1)..] : throw new FormatException($"-formatOptions: expected NAME=VALUE, found {option}"));

    // The file stays: removing it would let a second daemon lock what a third does not see.
    static FileStream Hold(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, ".lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (File.Exists(path))
        {
            throw new IOException($"{stateDirectory} is used by another image builder: stop it, or use another directory (-stateDir)", problem);
        }
    }
}
