using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageService.Options;

namespace ImageSdk.ImageService.Hosting;

/// <summary>The flags of an image management service, and its program.</summary>
static class ImageServiceFlags
{
    static readonly Dictionary<string, string> variables = new()
    {
        ["ARTIFACT_DIR"] = "artifactDir",
        ["CACHE_DIR"] = "cacheDir",
        ["CA_CERTIFICATE"] = "caCertificate",
        ["CONCURRENT_JOBS"] = "concurrentJobs",
        ["DATABASE"] = "database",
        ["IMAGE_SDK"] = "imageSdk",
        ["NODE_IMAGE"] = "nodeImage",
        ["NODE_KEY_FILE"] = "nodeKeyFile",
        ["NODE_KNOWN_HOSTS"] = "nodeKnownHosts",
        ["SIGNING_KEYS"] = "signingKeys",
        ["SSH_HOST"] = "sshHost",
        ["SSH_PORTS"] = "sshPorts",
        ["STATE_DIR"] = "stateDir",
        ["USER_LIMIT"] = "userLimit",
    };

    public static DaemonProgram<ImageServiceOptions, ImageServiceDaemon> Program { get; } = new(() => new(), "keeps records of images and recipes, and their artifacts in S3")
    {
        AddFlags = Add,
        Variables = variables,
        Check = options => ServiceVariables.Read(options, Environment.GetEnvironmentVariable),
        Open = ImageServiceDaemon.Open,
    };

    /// <summary>Where the records are, for commands that need nothing else.</summary>
    /// <exception cref="FlagException">The flags are wrong.</exception>
    public static string ReadDatabase(IReadOnlyList<string> words)
    {
        var program = new DaemonProgram<ImageServiceOptions, ImageServiceDaemon>(() => new(), "") { AddFlags = Add, Variables = variables, Open = ImageServiceDaemon.Open };
        return program.Read(words, "/etc").Database;
    }

    static void Add(FlagSet flags, ImageServiceOptions options)
    {
        flags.AddText("artifactDir", "", "Directory that takes the place of S3; empty for S3, as S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY say", v => options.ArtifactDirectory = v);
        flags.AddNumber("concurrentJobs", options.ConcurrentJobs, "Jobs that build at once; 0 for no jobs of any kind", v => options.ConcurrentJobs = v);
        flags.AddText("database", options.Database, "Where the records are: a file, or a connection string of PostgreSQL", v => options.Database = v);
        flags.AddText("cacheDir", "", "Directory of layers of image projects; empty for the folder \"cache\" of the state directory", v => options.CacheDirectory = v);
        flags.AddDuration("userLimit", options.UserLimit, "How long a job waits for its user", v => options.UserLimit = v);
        flags.AddText("imageSdk", "", "The unpacked package ImageSdk, with which recipes of the type imgproj are built; empty to build none", v => options.ImageSdkDirectory = v);
        flags.AddText("caCertificate", "", "Certificate of the site's authority, which images of kiwi recipes get; empty for none", v => options.CaCertificate = v);
        flags.AddText("signingKeys", "", "Directory of keys with which packages of kiwi recipes are signed; empty for none", v => options.SigningKeys = v);
        flags.AddText("sshHost", "", "Name by which users reach shells of jobs; empty for that of the machine", v => options.SshHost = v);
        flags.AddText("sshPorts", options.SshPorts, "Ports that shells of jobs may have", v => options.SshPorts = v);
        flags.AddText("stateDir", "", "Directory in which jobs are recorded and done; empty for the folder \"jobs\" beside the records", v => options.StateDirectory = v);
        flags.AddText("nodeImage", "", "Image of containers on build nodes, a file as podman save writes it; empty for no jobs on nodes", v => options.NodeImage = v);
        flags.AddText("nodeKeyFile", "", "Private key that build nodes know; empty for the user's own", v => options.NodeKeyFile = v);
        flags.AddText("nodeKnownHosts", "", "File of the keys of build nodes; empty for the user's own", v => options.NodeKnownHosts = v);
    }
}
