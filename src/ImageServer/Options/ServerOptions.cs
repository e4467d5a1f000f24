using ImageSdk.Hosting.Options;

namespace ImageSdk.ImageServer.Options;

/// <summary>The settings of an image server besides those of all daemons; names and defaults are the original's flags.</summary>
sealed record ServerOptions() : DaemonOptions("imageserver", DefaultPort)
{
    const ushort DefaultPort = 6971;

    public bool AllowPublicAddObjects { get; set; }
    public bool AllowPublicCheckObjects { get; set; }
    public bool AllowPublicGetObjects { get; set; }
    public bool AllowUnauthenticatedReads { get; set; }

    public bool ArchiveExpiringImages { get; set; }
    public bool ArchiveMode { get; set; }
    public string ImageDirectory { get; set; } = "/var/lib/imageserver";
    public string ObjectDirectory { get; set; } = "/var/lib/objectserver";
    public string MasterHost { get; set; } = "";
    public ushort MasterPort { get; set; } = 6971;
    public string InformationTemplate { get; set; } = "";
    public TimeSpan MaximumExpiration { get; set; } = TimeSpan.FromHours(24);
    public TimeSpan MaximumExpirationPrivileged { get; set; } = TimeSpan.FromHours(730);
    public int CleanupStartPercent { get; set; } = 95;
    public int CleanupStopPercent { get; set; } = 90;

    /// <summary>Bytes.</summary>
    public ulong CleanupStartSize { get; set; }

    /// <summary>Bytes.</summary>
    public ulong CleanupStopSize { get; set; }

    /// <summary>Bytes of one object; 0 for no limit. Not a flag of the original, as the next ones.</summary>
    public ulong MaximumObjectSize { get; set; } = 1UL << 40;

    /// <summary>Bytes of one upload; 0 for no limit.</summary>
    public ulong MaximumUploadSize { get; set; }

    /// <summary>Objects of one upload; 0 for no limit.</summary>
    public int MaximumUploadCount { get; set; } = 10_000_000;

    /// <summary>Bytes of all objects; 0 for no limit.</summary>
    public ulong MaximumStoreSize { get; set; }

    /// <summary>All objects; 0 for no limit.</summary>
    public int MaximumStoreCount { get; set; }

    /// <summary>Bytes of the file system of the objects that stay free; null for a share of it.</summary>
    public ulong? ReservedSize { get; set; }

    /// <summary>From an attempt to reach the master that failed to the next, at first. Not a flag.</summary>
    public TimeSpan ReplicationPause { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>As in <see cref="Replication.ReplicationOptions.MostNames"/>.</summary>
    public int ReplicationMostNames { get; set; } = 4_000_000;

    /// <summary>Whether a replica may delete most of its images because the master has not got them. Not a flag of the original.</summary>
    public bool ReplicationAllowMassDelete { get; set; }

    public string ReplicationExcludeFilter { get; set; } = "";
    public string ReplicationIncludeFilter { get; set; } = "";

    /// <summary>host:port of the master of a replica; null for a master.</summary>
    public string? Master => MasterHost.Length > 0 ? $"{MasterHost}:{MasterPort}" : null;
}
