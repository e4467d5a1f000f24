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
        ["JOB_DISK_LIMIT"] = "jobDiskLimit",
        ["JOB_MEMORY_LIMIT"] = "jobMemoryLimit",
        ["JOB_PROCESS_LIMIT"] = "jobProcessLimit",
        ["KEEP_JOBS"] = "keepJobs",
        ["KEEP_JOBS_SIZE"] = "keepJobsSize",
        ["KEEP_JOBS_TIME"] = "keepJobsTime",
        ["KIWI"] = "kiwi",
        ["NODE_IMAGE"] = "nodeImage",
        ["NODE_KEY_FILE"] = "nodeKeyFile",
        ["NODE_KNOWN_HOSTS"] = "nodeKnownHosts",
        ["PACKER"] = "packer",
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
        flags.AddSize("jobDiskLimit", options.JobDiskLimit, "Most that the folder of a job may have; empty for three times what it asks for", v => options.JobDiskLimit = v);
        flags.AddSize("jobMemoryLimit", options.JobMemoryLimit, "Most memory that a job may have; empty for five times what it asks for", v => options.JobMemoryLimit = v);
        flags.AddCount("jobProcessLimit", options.JobProcessLimit, "Processes that a job may have at one time; 0 for any number", v => options.JobProcessLimit = v);
        flags.AddCount("keepJobs", options.KeptJobs.Count, "Failed jobs of which recipe and log of kiwi-ng are kept; 0 for none", v => options.KeptJobs = options.KeptJobs with { Count = v });
        flags.AddSize("keepJobsSize", (ulong)options.KeptJobs.Size, "Most that is kept of all failed jobs; empty for any amount", v => options.KeptJobs = options.KeptJobs with { Size = (long)v });
        flags.AddDuration("keepJobsTime", options.KeptJobs.Age, "How long something is kept of failed jobs", v => options.KeptJobs = options.KeptJobs with { Age = v });
        flags.AddText("kiwi", options.Kiwi, "kiwi-ng, which builds recipes of its type; jobs do not see /tmp, /root and /run", v => options.Kiwi = v);
        flags.AddText("packer", options.Packer, "packer, which builds recipes of its type", v => options.Packer = v);
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
