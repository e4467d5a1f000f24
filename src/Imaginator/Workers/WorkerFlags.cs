using ImageSdk.Hosting.Flags;
using ImageSdk.Hosting.Options;

namespace ImageSdk.Imaginator.Workers;

/// <summary>The flags of a worker.</summary>
static class WorkerFlags
{
    static readonly Dictionary<string, string> variables = new()
    {
        ["IMAGINATOR_HOSTNAME"] = "imaginatorHostname",
        ["JOBS_DATABASE_FILE"] = "jobsDatabaseFile",
        ["LABELS"] = "labels",
        ["STATE_DIR"] = "stateDir",
    };

    /// <summary>Reads flag files, /etc/default/imagesdk-worker and the command line, the later winning.</summary>
    /// <exception cref="FlagException">They are wrong.</exception>
    public static WorkerOptions Read(IReadOnlyList<string> words, string etc)
    {
        var options = new WorkerOptions();
        DaemonFlags.Read(Bind(options), WorkerOptions.ProgramName, variables, words, etc);
        options.Jobs.Check();
        if (options.Jobs is { Connection: "", File: "" })
            throw new FlagException("-jobsDatabase or -jobsDatabaseFile must say where the jobs of the imaginator are");
        if (options.ConcurrentBuilds < 1)
            throw new FlagException("-concurrentBuilds must be 1 or more");
        if (options.Name.Length == 0 || options.Architectures.Count == 0)
            throw new FlagException("-name and -architectures must not be empty");
        return options;
    }

    public static string Describe() => Bind(new()).Describe();

    static FlagSet Bind(WorkerOptions options)
    {
        var flags = new FlagSet();
        flags.AddText("CAfile", options.AuthoritiesFile, "Authorities that the imaginator's certificate must come from; where there is no such file, it is not looked at", v => options.AuthoritiesFile = v);
        flags.AddText("certFile", options.CertificateFile, "The worker's certificate", v => options.CertificateFile = v);
        flags.AddText("keyFile", options.KeyFile, "The key of the worker's certificate", v => options.KeyFile = v);
        flags.AddText("name", options.Name, "The worker's name, its own among all of the imaginator", v => options.Name = v);
        flags.Add("architectures", "list", string.Join(",", options.Architectures), "Architectures that it builds for", FlagValues.Words, v => options.Architectures = [.. v]);
        flags.Add("labels", "list", "", "Labels that it has; it builds streams all of whose WorkerLabels are among them", FlagValues.Words, v => options.Labels = [.. v]);
        options.Jobs.AddFlags(flags, "the imaginator's");
        flags.AddNumber("concurrentBuilds", options.ConcurrentBuilds, "Builds that go on at once", v => options.ConcurrentBuilds = v);
        flags.AddText("imaginatorHostname", options.ImaginatorHost, "The imaginator", v => options.ImaginatorHost = v);
        flags.Add("imaginatorPortNum", "uint", $"{options.ImaginatorPort}", "Its port", FlagValues.Port, v => options.ImaginatorPort = v);
        flags.AddText("imageServerHostname", "", "The image server; empty for the one that the imaginator names", v => options.ImageServerHost = v);
        flags.Add("imageServerPortNum", "uint", $"{options.ImageServerPort}", "Its port", FlagValues.Port, v => options.ImageServerPort = v);
        flags.AddText("stateDir", options.StateDirectory, "Where repositories and layers are kept; workers of one machine may share it", v => options.StateDirectory = v);
        flags.AddText("cacheDir", "", "Where layers are kept; empty for the state directory", v => options.CacheDirectory = v);
        flags.AddText("imageSdk", "", "The unpacked package ImageSdk, with which projects (.imgproj) of streams are evaluated; empty to build by manifests alone", v => options.ImageSdkDirectory = v);
        flags.AddText("sharedCache", "", "Where machines share layers: a directory, or HOST:PORT of an image server", v => options.SharedCache = v);
        options.Quotas.AddFlags(flags);
        flags.AddSwitch("once", false, "End after one build; batch systems start workers so", v => options.Once = v);
        flags.AddDuration("shutdownTime", options.ShutdownTime, "How long builds may go on at a stop before another worker gets them", v => options.ShutdownTime = v);
        return flags;
    }
}
