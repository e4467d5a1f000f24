using System.Text.RegularExpressions;
using ImageSdk.Contracts.Networking;
using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.ImageBuilder.Messages;
using ImageSdk.ImageBuilder.Options;
using ImageSdk.Jobs;

namespace ImageSdk.ImageBuilder.Hosting;

/// <summary>The flags of an image builder, and its program.</summary>
static partial class ImageBuilderFlags
{
    static readonly Dictionary<string, string> variables = new()
    {
        ["AMQP_URI"] = "amqpUri",
        ["AMQP_URI_FILE"] = "amqpUriFile",
        ["ARCHIVES_FILE"] = "archivesFile",
        ["CACHE_DIR"] = "cacheDir",
        ["CONCURRENT_BUILDS"] = "concurrentBuilds",
        ["DATA_STORE"] = "dataStore",
        ["FILE_ROOTS"] = "fileRoots",
        ["FORMAT"] = "format",
        ["FORMAT_OPTIONS"] = "formatOptions",
        ["IMAGE_DESTINATION"] = "imageDestination",
        ["IMAGE_VISIBILITY"] = "imageVisibility",
        ["LISTEN_ADDRESS"] = "listenAddress",
        ["PERMIT_INSECURE_MODE"] = "permitInsecureMode",
        ["PORT"] = "portNum",
        ["PUBLIC_DATA"] = "publicData",
        ["REQUEST_QUEUE"] = "requestQueue",
        ["STATE_DIR"] = "stateDir",
    };

    public static DaemonProgram<ImageBuilderOptions, ImageBuilderDaemon> Program { get; } = new(() => new(), "rebuilds images with further archives and packages")
    {
        AddFlags = Add,
        Variables = variables,
        Check = Check,
        Open = ImageBuilderDaemon.Open,
        IsTrouble = problem => problem is JobException,
    };

    static void Check(ImageBuilderOptions options)
    {
        try
        {
            DestinationTable.OpenImages(options.ImageDestination, options.ImageVisibility);
            DestinationTable.OpenData(options.DataStore, options.PublicData);
        }
        catch (DestinationException problem)
        {
            throw new FlagException($"{problem.Code}: {problem.Message}");
        }
        if (options.ConcurrentBuilds < 1)
            throw new FlagException("-concurrentBuilds must be 1 or more");
        if (options.AmqpUri.Length > 0 && options.AmqpUriFile.Length > 0)
            throw new FlagException("give -amqpUri or -amqpUriFile, not both");
        if (options.RequestQueue.Length > 0 && options.AmqpUri.Length + options.AmqpUriFile.Length == 0)
            throw new FlagException("-requestQueue needs -amqpUri or -amqpUriFile");
        if (options.ProgressPeriod < TimeSpan.FromSeconds(1) || options.CancelInterval < TimeSpan.FromMilliseconds(100))
            throw new FlagException("-progressPeriod must be 1s or more, -cancelInterval 100ms or more");
    }

    static void Add(FlagSet flags, ImageBuilderOptions options)
    {
        flags.Add("amqpUri", "string", "", "The RabbitMQ broker without a password: amqp://HOST:5672/VHOST, for the user guest; empty for none", WithoutPassword, v => options.AmqpUri = v);
        flags.AddText("amqpUriFile", "", "File that holds the same in one line, and may have a user and a password", v => options.AmqpUriFile = v);
        flags.AddText("archivesFile", "", "JSON object of archives of the site that requests may name", v => options.ArchivesFile = v);
        flags.AddSize("buildQuota", options.BuildQuota, "Size of images that are kept for requests of the same content", v => options.BuildQuota = v);
        flags.AddText("cacheDir", "", "Where layers of builds are kept; empty for the state directory", v => options.CacheDirectory = v);
        flags.AddDuration("cancelInterval", options.CancelInterval, "From one look at a request's cancel_url to the next", v => options.CancelInterval = v);
        flags.AddNumber("concurrentBuilds", options.ConcurrentBuilds, "Builds that go on at once", v => options.ConcurrentBuilds = v);
        flags.AddText("dataStore", "", "Where logs and manifests go: a directory, swift:CLOUD or s3:BUCKET/PREFIX; empty for one in the state directory", v => options.DataStore = v);
        flags.Add("deniedNetworks", "list", DeniedNetworks.Default, "Networks that requests may not have the builder connect to", CheckNetworks, v => options.DeniedNetworks = v);
        flags.Add("fileRoots", "list", "", "Directories whose files requests may name by file: URLs", FlagValues.Words, v => options.FileRoots = v);
        flags.AddText("format", options.Format, "What images become: a format of artifacts", v => options.Format = v);
        flags.AddText("formatOptions", "", "Options of the format: NAME=VALUE, divided by commas", v => options.FormatOptions = v);
        flags.Add("hostPorts", "list", "", "Ports of this machine where archives are that commands of images may reach", text => (IReadOnlyList<int>)[.. FlagValues.Words(text).Select(port => (int)FlagValues.Port(port))], v => options.HostPorts = v);
        flags.AddText("imageDestination", "", "Where images go: a directory or glance:CLOUD; empty for one in the state directory", v => options.ImageDestination = v);
        flags.AddText("imageVisibility", "", "Who sees images in Glance: private, shared, community or public; empty for its own default", v => options.ImageVisibility = v);
        flags.AddText("keyServer", options.KeyServer, "Where keys of archives are looked up", v => options.KeyServer = v);
        flags.AddText("launchpadAddress", options.LaunchpadAddress, "The service that knows PPAs and their keys", v => options.LaunchpadAddress = v);
        flags.AddDuration("maximumBuildDuration", options.MaximumBuildDuration, "Longest time that a build may take", v => options.MaximumBuildDuration = v);
        flags.AddText("ppaServer", options.PpaServer, "Where PPAs are", v => options.PpaServer = v);
        flags.AddDuration("progressPeriod", options.ProgressPeriod, "Longest time between two messages about the progress of a build", v => options.ProgressPeriod = v);
        flags.AddSwitch("publicData", options.PublicData, "Everybody may read logs and manifests in Swift or S3", v => options.PublicData = v);
        flags.AddText("requestQueue", "", "The queue whose messages are requests; empty for none", v => options.RequestQueue = v);
        flags.AddDuration("retryDelay", options.RetryDelay, "Before a build that failed for a reason that may pass is tried again; three times as long before the next", v => options.RetryDelay = v);
        flags.AddText("stateDir", options.StateDirectory, "Where jobs and layers are kept", v => options.StateDirectory = v);
    }

    static string CheckNetworks(string text)
    {
        DeniedNetworks.Parse(text);
        return text;
    }

    // A process list shows flags to everybody.
    static string WithoutPassword(string text) => Password().IsMatch(text)
        ? throw new FormatException("it has a password, which process lists would show: put it into a file and name that (-amqpUriFile)")
        : AmqpSettings.Parse(text).Uri;

    [GeneratedRegex("^amqps?://[^/@]*:[^/@]*@")]
    private static partial Regex Password();
}
