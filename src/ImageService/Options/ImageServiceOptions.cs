using ImageSdk.Hosting.Options;
using ImageSdk.ImageService.Artifacts;

namespace ImageSdk.ImageService.Options;

/// <summary>The settings of an image management service besides those of all daemons.</summary>
sealed record ImageServiceOptions : DaemonOptions
{
    const ushort DefaultPort = 9000;

    public ImageServiceOptions() : base("imagesdk-ims", DefaultPort)
    {
    }

    /// <summary>Where the records are: a file, or a connection string of PostgreSQL.</summary>
    public string Database { get; set; } = "/var/lib/imagesdk-ims/records.sqlite";

    /// <summary>A directory that takes the place of S3; empty for S3.</summary>
    public string ArtifactDirectory { get; set; } = "";

    /// <summary>The private key that build nodes know; empty for that of the user.</summary>
    public string NodeKeyFile { get; set; } = "";

    /// <summary>File of the keys of build nodes; empty for that of the user.</summary>
    public string NodeKnownHosts { get; set; } = "";

    /// <summary>Bytes; the manifest of an image that has as many is refused.</summary>
    public int LargestManifest { get; set; } = 1 << 20;

    /// <summary>Where jobs are recorded and done; empty for the folder "jobs" beside the records.</summary>
    public string StateDirectory { get; set; } = "";

    /// <summary>Where jobs are done.</summary>
    public string FindStateDirectory() => StateDirectory.Length > 0 ? Path.GetFullPath(StateDirectory)
        : Path.Combine(Database.Contains('=') || Database.Contains("://", StringComparison.Ordinal) ? "/var/lib/imagesdk-ims" : Path.GetDirectoryName(Path.GetFullPath(Database))!, "jobs");

    /// <summary>Jobs that build at once; 0 for no jobs of any kind, so that other services do them.</summary>
    public int ConcurrentJobs { get; set; } = 4;

    /// <summary>File with the image of containers on build nodes, as <c>podman save</c> writes it; empty for no jobs on nodes.</summary>
    public string NodeImage { get; set; } = "";

    /// <summary>Path of kiwi-ng.</summary>
    public string Kiwi { get; set; } = "/usr/bin/kiwi-ng";

    /// <summary>Path of packer.</summary>
    public string Packer { get; set; } = "/usr/bin/packer";

    /// <summary>File of the certificate of the site's authority, which images of recipes get; empty for none.</summary>
    public string CaCertificate { get; set; } = "";

    /// <summary>Directory of keys that packages are signed with; empty for none.</summary>
    public string SigningKeys { get; set; } = "";

    /// <summary>The name by which users reach shells of jobs; empty for that of the machine.</summary>
    public string SshHost { get; set; } = "";

    /// <summary>The ports that shells may have: "FIRST-LAST".</summary>
    public string SshPorts { get; set; } = "22000-22099";

    /// <summary>Bytes of memory that a job may have, whatever it asks for; 0 for what it asks for.</summary>
    public ulong JobMemoryLimit { get; set; }

    /// <summary>Bytes that the folder of a job may have, whatever it asks for; 0 for what it asks for.</summary>
    public ulong JobDiskLimit { get; set; }

    /// <summary>Processes and threads that a job may have at one time; 0 for any number.</summary>
    public int JobProcessLimit { get; set; } = 8192;

    /// <summary>How much is kept of jobs that have failed.</summary>
    public KeptSettings KeptJobs { get; set; } = new(50, TimeSpan.FromDays(14), 1L << 30);

    /// <summary>How long a job waits for its user.</summary>
    public TimeSpan UserLimit { get; set; } = TimeSpan.FromHours(24);

    /// <exception cref="FormatException">They are not what is expected.</exception>
    public (int First, int Last) ReadSshPorts() =>
        SshPorts.Split('-') is [var first, var last] && ushort.TryParse(first, out var from) && ushort.TryParse(last, out var to) && 0 < from && from <= to
            ? (from, to)
            : throw new FormatException($"-sshPorts is \"{SshPorts}\"; expected two numbers such as 22000-22099");

    /// <summary>Where layers of image projects are kept; empty for the folder "cache" of the state directory.</summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>The unpacked package ImageSdk, with which image projects are evaluated; empty where they are not built.</summary>
    public string ImageSdkDirectory { get; set; } = "";

    public JobSettings Jobs { get; set; } = new();

    /// <summary>S3, as the service itself.</summary>
    public S3Identity S3 { get; set; } = new("", "", "", VerifiesCertificate: false);

    /// <summary>S3, as those who upload artifacts; what is empty is as in <see cref="S3"/>.</summary>
    public S3Identity S3Clients { get; set; } = new("", "", "", VerifiesCertificate: false);

    public ArtifactPlaces Places { get; set; } = new();

    /// <summary>How long S3 may take to answer.</summary>
    public TimeSpan S3Timeout { get; set; } = TimeSpan.FromSeconds(60);
}
