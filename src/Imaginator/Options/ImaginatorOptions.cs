using ImageSdk.Hosting.Options;

namespace ImageSdk.Imaginator.Options;

/// <summary>The settings of an imaginator besides those of all daemons; names and defaults are the original's flags.</summary>
sealed record ImaginatorOptions : DaemonOptions
{
    const ushort DefaultPort = 6975;

    public ImaginatorOptions() : base("imaginator", DefaultPort) => AllowRoot = true; // As root it builds without users' namespaces.

    /// <summary>Where logs of builds are kept; empty for nowhere.</summary>
    public string BuildLogDirectory { get; set; } = "/var/log/imaginator/builds";

    /// <summary>Bytes of logs of builds at which the oldest are deleted; none are kept up to 1 MiB.</summary>
    public ulong BuildLogQuota { get; set; } = 100 << 20;

    public string ConfigurationUrl { get; set; } = "file:///etc/imaginator/conf.json";
    public string ImageServerHost { get; set; } = "localhost";
    public ushort ImageServerPort { get; set; } = 6971;

    /// <summary>From the begin of a cycle of automatic builds to the next; zero for none.</summary>
    public TimeSpan ImageRebuildInterval { get; set; } = TimeSpan.FromHours(1);

    public TimeSpan MaximumBuildDuration { get; set; } = TimeSpan.FromHours(24);
    public TimeSpan MaximumExpiration { get; set; } = TimeSpan.FromHours(24);
    public TimeSpan MaximumExpirationPrivileged { get; set; } = TimeSpan.FromHours(730);
    public TimeSpan MinimumExpiration { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Calls of BuildImage that a user without its power may make at once; 0 for any number.</summary>
    public int MaximumConcurrentBuildsPerUser { get; set; } = 1;

    /// <summary>The host of the image server in links of pages; empty for the one that is used.</summary>
    public string PresentationImageServerHost { get; set; } = "";

    public string StateDirectory { get; set; } = "/var/lib/imaginator";

    /// <summary>Variables that are kept out of the other files; empty for none.</summary>
    public string VariablesFile { get; set; } = "";

    /// <summary>Whether automatic cycles also build what is built on a stream that has changed. Not a flag of the original, which does not.</summary>
    public bool RebuildDependents { get; set; }

    /// <summary>What builds. Not a flag of the original.</summary>
    public BuildRunnerKind BuildRunner { get; set; }

    /// <summary>Settings of a batch system. Not a flag of the original.</summary>
    public string RunnerFile { get; set; } = "";

    /// <summary>Where jobs are kept; empty for a file in the state directory. Not a flag of the original.</summary>
    public JobsDatabase Jobs { get; } = new();

    /// <summary>Where machines share layers: a directory or an image server; empty for nowhere. Not a flag of the original.</summary>
    public string SharedCache { get; set; } = "";

    /// <summary>
    /// Builds on request that go on at once in this process, besides those of their sources; 0 for none where workers build. Not a flag of the original.
    /// </summary>
    public int ConcurrentBuilds { get; set; } = 2;

    /// <summary>Where layers of builds are kept; empty for the state directory. Not a flag of the original.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>The unpacked package ImageSdk, with which projects of streams are evaluated; empty to build by manifests alone. Not a flag of the original.</summary>
    public string ImageSdkDirectory { get; set; } = "";

    /// <summary>Bytes of folders of the state directory. Not flags of the original.</summary>
    public FolderQuotas Quotas { get; } = new();

    /// <summary>Bytes of files of other machines' projects at which those go that were not used for longest. Not a flag of the original.</summary>
    public ulong ProjectQuota { get; set; } = 10ul << 30;

    /// <summary>The same of what builds of such projects keep for the next ones.</summary>
    public ulong ProjectBuildsQuota { get; set; } = 20ul << 30;

    /// <summary>The same of records of images of such projects.</summary>
    public ulong ProjectRecordsQuota { get; set; } = 1ul << 30;

    /// <summary>host:port.</summary>
    public string ImageServer => $"{ImageServerHost}:{ImageServerPort}";

    /// <summary>The same with what the original makes of values that are too small.</summary>
    public ImaginatorOptions Normalize()
    {
        if (MinimumExpiration <= TimeSpan.Zero)
            MinimumExpiration = TimeSpan.FromMinutes(15);
        else if (MinimumExpiration < TimeSpan.FromSeconds(15))
            MinimumExpiration = TimeSpan.FromMinutes(5);
        if (MaximumExpiration <= TimeSpan.Zero)
            MaximumExpiration = TimeSpan.FromHours(24);
        if (MaximumExpirationPrivileged <= TimeSpan.Zero)
            MaximumExpirationPrivileged = TimeSpan.FromHours(730);
        if (MaximumExpirationPrivileged < MaximumExpiration)
            MaximumExpirationPrivileged = MaximumExpiration;
        if (CacheDirectory.Length == 0)
            CacheDirectory = Path.Combine(StateDirectory, "cache");
        return this;
    }
}
