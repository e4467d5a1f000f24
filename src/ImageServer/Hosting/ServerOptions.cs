namespace ImageSdk.ImageServer.Hosting;

/// <summary>All that a server can be told at its start; names and defaults are the original's flags.</summary>
sealed record ServerOptions
{
    public bool AllowPublicAddObjects { get; set; }
    public bool AllowPublicCheckObjects { get; set; }
    public bool AllowPublicGetObjects { get; set; }
    public bool AllowUnauthenticatedReads { get; set; }

    /// <summary>Who gets pages. Not a flag of the original.</summary>
    public PageAccess PageAccess { get; set; }

    public bool ArchiveExpiringImages { get; set; }
    public bool ArchiveMode { get; set; }
    public string AuthoritiesFile { get; set; } = "/etc/ssl/CA.pem";
    public string IdentityAuthoritiesFile { get; set; } = "/etc/ssl/IdentityCA.pem";
    public string CertificateFile { get; set; } = "/etc/ssl/imageserver/cert.pem";
    public string KeyFile { get; set; } = "/etc/ssl/imageserver/key.pem";
    public bool GenerateMissingCertificate { get; set; }
    public bool PermitInsecureMode { get; set; }
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

    /// <summary>0 for any that is free.</summary>
    public ushort Port { get; set; } = 6971;

    /// <summary>An address of this machine; empty for all. Not a flag of the original.</summary>
    public string ListenAddress { get; set; } = "";

    /// <summary>From an attempt to reach the master that failed to the next, at first. Not a flag.</summary>
    public TimeSpan ReplicationPause { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>As in <see cref="Replication.ReplicationOptions.MostNames"/>.</summary>
    public int ReplicationMostNames { get; set; } = 4_000_000;

    /// <summary>Whether a replica may delete most of its images because the master has not got them. Not a flag of the original.</summary>
    public bool ReplicationAllowMassDelete { get; set; }

    /// <summary>Whether the server may run as root. Not a flag of the original.</summary>
    public bool AllowRoot { get; set; }

    public string ReplicationExcludeFilter { get; set; } = "";
    public string ReplicationIncludeFilter { get; set; } = "";
    public IReadOnlySet<string> TrustedUsers { get; set; } = new HashSet<string>();
    public IReadOnlySet<string> TrustedGroups { get; set; } = new HashSet<string>();
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromMinutes(1);
    public TimeSpan KeepAlivePeriod { get; set; } = TimeSpan.FromMinutes(5);
    public bool WithoutMethodPowers { get; set; }

    /// <summary>A name that starts with @ is one of Linux's abstract ones; empty for no such socket.</summary>
    public string UnixSocketPath { get; set; } = $"@SRPC.{Environment.ProcessId}";

    /// <summary>Empty for no log files.</summary>
    public string LogDirectory { get; set; } = "/var/log/imageserver";

    /// <summary>Bytes.</summary>
    public ulong LogFileMaxSize { get; set; } = 10 << 20;

    /// <summary>Bytes.</summary>
    public ulong LogQuota { get; set; } = 100 << 20;

    public int LogBufferLines { get; set; } = 1024;
    public int LogDebugLevel { get; set; } = -1;
    public bool LogSubseconds { get; set; }
    public bool LogAtStartup { get; set; } = true;
    public bool AlsoLogToStderr { get; set; }

    /// <summary>host:port of the master of a replica; null for a master.</summary>
    public string? Master => MasterHost.Length > 0 ? $"{MasterHost}:{MasterPort}" : null;
}
