namespace ImageSdk.ImageServer.Replication;

/// <summary>How a replica follows its master.</summary>
sealed record ReplicationOptions
{
    /// <summary>host:port.</summary>
    public required string Master { get; init; }

    public ReplicationScope Scope { get; init; } = ReplicationScope.All;

    /// <summary>Take what the master has and never delete anything.</summary>
    public bool ArchiveMode { get; init; }

    /// <summary>In archive mode, take images that expire, too.</summary>
    public bool ArchiveExpiringImages { get; init; }

    /// <summary>Delete what the master has not got, however much that is.</summary>
    public bool AllowMassDelete { get; init; }

    /// <summary>Images that are fetched at once.</summary>
    public int Concurrency { get; init; } = 3;

    /// <summary>From the start of an attempt that failed to the next; doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the master may wait for an image that it has announced.</summary>
    public TimeSpan ImageTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Names in a master's list, and images that cannot be fetched: a master that lists more is broken or means harm. More than any site
    /// has, and a gigabyte or so in memory.
    /// </summary>
    public int MostNames { get; init; } = 4_000_000;

    /// <summary>An archive of permanent images has no use for others.</summary>
    public bool IgnoresExpiring => ArchiveMode && !ArchiveExpiringImages;
}
