namespace ImageSdk.Hosting.Options;

/// <summary>The settings of every daemon at its start; names and defaults are those of the flags of Dominator's daemons.</summary>
/// <param name="name">The daemon's name: of its program, its files below /etc and its log directory.</param>
/// <param name="port">Its port.</param>
public abstract record DaemonOptions(string name, ushort port)
{
    public string Name { get; } = name;

    /// <summary>Who gets pages. Not a flag of Dominator.</summary>
    public PageAccess PageAccess { get; set; }

    public string AuthoritiesFile { get; set; } = "/etc/ssl/CA.pem";
    public string IdentityAuthoritiesFile { get; set; } = "/etc/ssl/IdentityCA.pem";
    public string CertificateFile { get; set; } = $"/etc/ssl/{name}/cert.pem";
    public string KeyFile { get; set; } = $"/etc/ssl/{name}/key.pem";
    public bool GenerateMissingCertificate { get; set; }
    public bool PermitInsecureMode { get; set; }

    /// <summary>0 for any that is free.</summary>
    public ushort Port { get; set; } = port;

    /// <summary>An address of this machine; empty for all. Not a flag of Dominator.</summary>
    public string ListenAddress { get; set; } = "";

    /// <summary>Whether the daemon may run as root. Not a flag of Dominator.</summary>
    public bool AllowRoot { get; set; }

    public IReadOnlySet<string> TrustedUsers { get; set; } = new HashSet<string>();
    public IReadOnlySet<string> TrustedGroups { get; set; } = new HashSet<string>();
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromMinutes(1);
    public TimeSpan KeepAlivePeriod { get; set; } = TimeSpan.FromMinutes(5);
    public bool WithoutMethodPowers { get; set; }

    /// <summary>A name that starts with @ is one of Linux's abstract ones; empty for no such socket.</summary>
    public string UnixSocketPath { get; set; } = $"@SRPC.{Environment.ProcessId}";

    /// <summary>Empty for no log files.</summary>
    public string LogDirectory { get; set; } = $"/var/log/{name}";

    /// <summary>Bytes.</summary>
    public ulong LogFileMaxSize { get; set; } = 10 << 20;

    /// <summary>Bytes.</summary>
    public ulong LogQuota { get; set; } = 100 << 20;

    public int LogBufferLines { get; set; } = 1024;
    public int LogDebugLevel { get; set; } = -1;
    public bool LogSubseconds { get; set; }
    public bool LogAtStartup { get; set; } = true;
    public bool AlsoLogToStderr { get; set; }

    /// <summary>Where traces and metrics go by OTLP: <c>http://HOST:4317</c>; empty for nowhere. Not a flag of Dominator.</summary>
    public string TelemetryEndpoint { get; set; } = "";
}
