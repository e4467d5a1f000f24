using ImageSdk.Contracts.Projects;
using ImageSdk.Hosting.Options;

namespace ImageSdk.ImageBuilder.Options;

/// <summary>The settings of an image builder besides those of all daemons.</summary>
sealed record ImageBuilderOptions : DaemonOptions
{
    const ushort DefaultPort = 8000;

    public ImageBuilderOptions() : base("imagesdk-image-builder", DefaultPort) => AllowRoot = true; // As root it builds without users' namespaces.

    /// <summary>The broker, without a password; empty for none.</summary>
    public string AmqpUri { get; set; } = "";

    /// <summary>A file that holds the same, with a password; empty for none.</summary>
    public string AmqpUriFile { get; set; } = "";

    /// <summary>The queue whose messages are requests; empty for none.</summary>
    public string RequestQueue { get; set; } = "";

    /// <summary>Longest time between two messages about the progress of a build.</summary>
    public TimeSpan ProgressPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From one look at a request's cancel_url to the next.</summary>
    public TimeSpan CancelInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A JSON object of archives of the site; empty for none.</summary>
    public string ArchivesFile { get; set; } = "";

    /// <summary>The service that knows PPAs.</summary>
    public string LaunchpadAddress { get; set; } = LaunchpadSettings.DefaultApi;

    /// <summary>Where PPAs are.</summary>
    public string PpaServer { get; set; } = LaunchpadSettings.DefaultArchives;

    /// <summary>Where keys of archives are looked up.</summary>
    public string KeyServer { get; set; } = LaunchpadSettings.DefaultKeyServer;

    /// <summary>Where layers of builds are kept; empty for the state directory.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>Builds that go on at once.</summary>
    public int ConcurrentBuilds { get; set; } = 2;

    /// <summary>Bytes of images that are kept for requests of the same content.</summary>
    public ulong BuildQuota { get; set; } = 20ul << 30;

    /// <summary>Networks, divided by commas, that requests may not have the builder connect to.</summary>
    public string DeniedNetworks { get; set; } = Contracts.Networking.DeniedNetworks.Default;

    /// <summary>Directories, divided by commas, whose files base images may be; empty for none.</summary>
    public IReadOnlySet<string> FileRoots { get; set; } = new HashSet<string>();

    /// <summary>Ports of this machine where archives are that commands of images may reach.</summary>
    public IReadOnlyList<int> HostPorts { get; set; } = [];

    /// <summary>What images become: a format of artifacts.</summary>
    public string Format { get; set; } = "repack";

    /// <summary>Its options, NAME=VALUE divided by commas.</summary>
    public string FormatOptions { get; set; } = "";

    /// <summary>Before a build that failed for a reason that may pass is tried again; three times as long before the next.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan MaximumBuildDuration { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Where jobs and layers are kept.</summary>
    public string StateDirectory { get; set; } = "/var/lib/imagesdk-image-builder";

    /// <summary>Where images go: a directory, or "glance:CLOUD"; empty for a directory in the state directory.</summary>
    public string ImageDestination { get; set; } = "";

    /// <summary>Who sees images in Glance; empty for its own default.</summary>
    public string ImageVisibility { get; set; } = "";

    /// <summary>Where logs and manifests go: a directory, "swift:CLOUD" or "s3:BUCKET"; empty for a directory in the state directory.</summary>
    public string DataStore { get; set; } = "";

    /// <summary>Whether everybody may read what is in Swift or S3.</summary>
    public bool PublicData { get; set; }
}
