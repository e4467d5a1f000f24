using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.Hosting.Options;
using ImageSdk.Imaginator.Options;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Hosting;

/// <summary>The flags of an imaginator, and its program.</summary>
static class ImaginatorFlags
{
    // What the original's start scripts look for in /etc/default/imaginator.
    static readonly Dictionary<string, string> variables = new()
    {
        ["CONFIGURATION_URL"] = "configurationUrl",
        ["IMAGE_SERVER_HOSTNAME"] = "imageServerHostname",
        ["STATE_DIR"] = "stateDir",
        ["VARIABLES_FILE"] = "variablesFile",
    };

    public static DaemonProgram<ImaginatorOptions, ImaginatorDaemon> Program { get; } = new(() => new(), "builds image streams on request and by schedule")
    {
        AddFlags = Add,
        Variables = variables,
        Check = Check,
        Open = ImaginatorDaemon.Open,
        IsTrouble = problem => problem is JobException,
    };

    /// <summary>The daemon's options for commands that look after its files: from where the daemon has them, and from their own command line.</summary>
    /// <param name="words">Of the command line.</param>
    /// <param name="etc">Where configuration lies: "/etc".</param>
    /// <param name="options">Those that nothing sets stay as they are.</param>
    /// <param name="add">Adds the command's own flags.</param>
    /// <exception cref="FlagException">They are wrong.</exception>
    public static ImaginatorOptions Read(IReadOnlyList<string> words, string etc, ImaginatorOptions options, Action<FlagSet> add)
    {
        var flags = new FlagSet();
        DaemonFlags.AddCommon(flags, options);
        Add(flags, options);
        add(flags);
        DaemonFlags.Read(flags, options.Name, variables, words, etc);
        Check(options);
        return options;
    }

    static void Check(ImaginatorOptions options)
    {
        if (options.ConcurrentBuilds < (options.BuildRunner == BuildRunnerKind.Local ? 1 : 0))
            throw new FlagException("-concurrentBuilds must be 1 or more; with another -buildRunner than local, 0 or more");
        if (options.RunnerFile.Length == 0 && options.BuildRunner is BuildRunnerKind.Slurm or BuildRunnerKind.Kubernetes)
            throw new FlagException($"-buildRunner={options.BuildRunner.ToString().ToLowerInvariant()} needs -runnerFile");
        options.Jobs.Check();
    }

    static void Add(FlagSet flags, ImaginatorOptions options)
    {
        flags.AddText("buildLogDir", options.BuildLogDirectory, "Where logs of builds are kept; empty for nowhere", v => options.BuildLogDirectory = v);
        flags.AddSize("buildLogQuota", options.BuildLogQuota, "Size of all logs of builds at which the oldest are deleted", v => options.BuildLogQuota = v);
        flags.Add("buildRunner", "string", "local", "What builds: local, workers, slurm or kubernetes", ParseRunner, v => options.BuildRunner = v);
        flags.AddText("runnerFile", "", "Settings of Slurm or Kubernetes", v => options.RunnerFile = v);
        flags.AddText("sharedCache", "", "Where machines share layers: a directory, or HOST:PORT of an image server", v => options.SharedCache = v);
        options.Jobs.AddFlags(flags, "empty for a file in the state directory");
        flags.AddText("cacheDir", options.CacheDirectory, "Where layers of builds are kept; empty for the state directory", v => options.CacheDirectory = v);
        flags.AddNumber("concurrentBuilds", options.ConcurrentBuilds, "Builds that go on at once in this process; 0 for none where workers build", v => options.ConcurrentBuilds = v);
        flags.AddText("configurationUrl", options.ConfigurationUrl, "The main configuration", v => options.ConfigurationUrl = v);
        flags.AddText("imageSdk", options.ImageSdkDirectory, "The unpacked package ImageSdk, with which projects (.imgproj) of streams are evaluated; empty to build by manifests alone", v => options.ImageSdkDirectory = v);
        flags.AddDuration("imageRebuildInterval", options.ImageRebuildInterval, "Time between cycles of automatic builds; 0 for none", v => options.ImageRebuildInterval = v);
        flags.AddText("imageServerHostname", options.ImageServerHost, "The image server", v => options.ImageServerHost = v);
        flags.Add("imageServerPortNum", "uint", $"{options.ImageServerPort}", "Its port", FlagValues.Port, v => options.ImageServerPort = v);
        flags.AddDuration("maximumBuildDuration", options.MaximumBuildDuration, "Longest time that a build may take", v => options.MaximumBuildDuration = v);
        flags.AddNumber("maximumConcurrentBuildsPerUser", options.MaximumConcurrentBuildsPerUser, "Builds that a user may have at once who does not hold the power to build; 0 for any number", v => options.MaximumConcurrentBuildsPerUser = v);
        flags.AddDuration("maximumExpirationDuration", options.MaximumExpiration, "Longest time that users may have an image kept", v => options.MaximumExpiration = v);
        flags.AddDuration("maximumExpirationDurationPrivileged", options.MaximumExpirationPrivileged, "The same for those who hold the power to build", v => options.MaximumExpirationPrivileged = v);
        flags.AddDuration("minimumExpirationDuration", options.MinimumExpiration, "Shortest time that an image may be kept", v => options.MinimumExpiration = v);
        flags.AddText("presentationImageServerHostname", "", "The image server in links of pages, where it is another", v => options.PresentationImageServerHost = v);
        flags.AddSize("projectQuota", options.ProjectQuota, "Size of files of other machines' projects at which those are deleted that were not used for longest", v => options.ProjectQuota = v);
        flags.AddSize("projectBuildsQuota", options.ProjectBuildsQuota, "Size of what builds of other machines' projects keep for the next ones, at which that is deleted that was not used for longest", v => options.ProjectBuildsQuota = v);
        flags.AddSize("projectRecordsQuota", options.ProjectRecordsQuota, "Size of records of images of other machines' projects at which those are deleted that were not used for longest", v => options.ProjectRecordsQuota = v);
        options.Quotas.AddFlags(flags);
        flags.AddSwitch("rebuildDependents", false, "In automatic cycles, also build streams that are built on those of the list and whose source has changed since", v => options.RebuildDependents = v);
        flags.AddText("slaveDriverConfigurationFile", "", "Refused unless empty: builds on machines of a hypervisor are not supported", RefuseSlaves);
        flags.AddText("stateDir", options.StateDirectory, "Where jobs, repositories and layers are kept", v => options.StateDirectory = v);
        flags.AddText("variablesFile", "", "File of variables that are kept out of the others", v => options.VariablesFile = v);
    }

    static BuildRunnerKind ParseRunner(string text) =>
        Enum.GetValues<BuildRunnerKind>().FirstOrDefault(kind => string.Equals(kind.ToString(), text, StringComparison.OrdinalIgnoreCase), (BuildRunnerKind)(-1)) is >= 0 and var found
            ? found
            : throw new FormatException("expected local, workers, slurm or kubernetes");

    // Passing over it would build here what a site wants built elsewhere.
    static void RefuseSlaves(string file)
    {
        if (file.Length > 0)
            throw new FormatException("builds on machines of a hypervisor are not supported");
    }
}
