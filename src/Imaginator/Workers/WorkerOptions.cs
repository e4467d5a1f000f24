using System.Net;
using ImageSdk.Imaginator.Options;

namespace ImageSdk.Imaginator.Workers;

/// <summary>The settings of a worker at its start.</summary>
sealed record WorkerOptions
{
    /// <summary>Of the program's own files below /etc.</summary>
    public const string ProgramName = "imagesdk-worker";

    public string Name { get; set; } = Environment.MachineName;
    public IReadOnlyList<string> Architectures { get; set; } = [MachineArchitecture.Own];
    public IReadOnlyList<string> Labels { get; set; } = [];
    public JobsDatabase Jobs { get; } = new();

    /// <summary>Builds at once.</summary>
    public int ConcurrentBuilds { get; set; } = 1;

    public string ImaginatorHost { get; set; } = "localhost";
    public ushort ImaginatorPort { get; set; } = 6975;

    /// <summary>Empty for the one that the coordinator names.</summary>
    public string ImageServerHost { get; set; } = "";

    public ushort ImageServerPort { get; set; } = 6971;
    public string StateDirectory { get; set; } = "/var/lib/imagesdk-worker";

    /// <summary>Where layers are kept, by all workers of the machine; empty for the state directory.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>Bytes of folders of the state directory.</summary>
    public FolderQuotas Quotas { get; } = new();

    /// <summary>The unpacked package ImageSdk, with which projects of streams are evaluated; empty for none.</summary>
    public string ImageSdkDirectory { get; set; } = "";

    /// <summary>Where machines share layers: a directory or an image server; empty for nowhere.</summary>
    public string SharedCache { get; set; } = "";

    /// <summary>Whether to end after one build, and when there is none to be had.</summary>
    public bool Once { get; set; }

    /// <summary>How long builds may go on at a stop before they are given back.</summary>
    public TimeSpan ShutdownTime { get; set; } = TimeSpan.FromSeconds(20);

    public string AuthoritiesFile { get; set; } = "/etc/ssl/CA.pem";
    public string CertificateFile { get; set; } = $"/etc/ssl/{ProgramName}/cert.pem";
    public string KeyFile { get; set; } = $"/etc/ssl/{ProgramName}/key.pem";

    /// <summary>The image server's address: its own flag, or the one that the coordinator names, which may mean the coordinator's own machine.</summary>
    public string ImageServer(string ofCoordinator)
    {
        if (ImageServerHost.Length > 0)
            return $"{ImageServerHost}:{ImageServerPort}";
        var colon = ofCoordinator.LastIndexOf(':');
        var host = ofCoordinator[..colon].Trim('[', ']');
        return host == "localhost" || IPAddress.TryParse(host, out var parsed) && IPAddress.IsLoopback(parsed) ? ImaginatorHost + ofCoordinator[colon..] : ofCoordinator;
    }
}
