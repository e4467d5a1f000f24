using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting.Flags;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>Reads a server's options: flag files, <c>/etc/default/imageserver</c>, command line, the later winning.</summary>
static class ServerFlags
{
    // What the original's start scripts look for in /etc/default/imageserver.
    static readonly Dictionary<string, string> variables = new()
    {
        ["ARCHIVE_MODE"] = "archiveMode",
        ["IMAGE_DIR"] = "imageDir",
        ["IMAGE_SERVER_HOSTNAME"] = "imageServerHostname",
        ["LOG_DIR"] = "logDir",
        ["LOG_QUOTA"] = "logQuota",
        ["LOGBUF_LINES"] = "logbufLines",
        ["OBJECT_DIR"] = "objectDir",
    };

    /// <param name="etc">Where configuration lies: "/etc".</param>
    /// <exception cref="FlagException">A flag is unknown, or its value is none, or there are other words than flags.</exception>
    public static ServerOptions Read(IReadOnlyList<string> words, string etc)
    {
        var options = new ServerOptions();
        var flags = Bind(options);
        foreach (var name in (string[])["flags.default", "flags.extra"])
        {
            var path = Path.Combine(etc, "imageserver", name);
            if (File.Exists(path))
                flags.ParseFile(path);
        }
        ReadVariables(Path.Combine(etc, "default", "imageserver"), flags);
        var rest = flags.Parse(words);
        if (rest.Count > 0)
            throw new FlagException($"unexpected argument: {rest[0]}");
        if (options.ArchiveMode && options.Master is null)
            throw new FlagException("-archiveMode requires -imageServerHostname");
        return options;
    }

    /// <summary>All flags with their defaults, for people.</summary>
    public static string Describe() => Bind(new()).Describe();

    static void ReadVariables(string path, FlagSet flags)
    {
        if (!File.Exists(path))
            return;
        foreach (var line in File.ReadLines(path).Select(line => line.Trim()))
        {
            var equals = line.IndexOf('=');
            if (equals <= 0 || line[0] == '#' || !variables.TryGetValue(line[..equals].Replace("export ", ""), out var flag))
                continue;
            var value = line[(equals + 1)..].Trim().Trim('"', '\'');
            if (value.Length > 0)
                flags.Set(flag, value);
        }
    }

    static FlagSet Bind(ServerOptions options)
    {
        var flags = new FlagSet();
        AddAccess(flags, options);
        AddStores(flags, options);
        AddReplication(flags, options);
        AddConnections(flags, options);
        AddLogs(flags, options);
        return flags;
    }

    static void AddAccess(FlagSet flags, ServerOptions options)
    {
        flags.AddSwitch("allowPublicAddObjects", false, "Let all users add objects", v => options.AllowPublicAddObjects = v);
        flags.AddSwitch("allowPublicCheckObjects", false, "Let all users look for objects", v => options.AllowPublicCheckObjects = v);
        flags.AddSwitch("allowPublicGetObjects", false, "Let all users read objects", v => options.AllowPublicGetObjects = v);
        flags.AddSwitch("allowRoot", false, "Run as root, for which there is no need", v => options.AllowRoot = v);
        flags.AddSwitch("allowUnauthenticatedReads", false, "Let those without a certificate read", v => options.AllowUnauthenticatedReads = v);
        AddText(flags, "CAfile", options.AuthoritiesFile, "Authorities trusted for identity and methods", v => options.AuthoritiesFile = v);
        AddText(flags, "identityCAfile", options.IdentityAuthoritiesFile, "Authorities trusted for identity only", v => options.IdentityAuthoritiesFile = v);
        AddText(flags, "certFile", options.CertificateFile, "The server's certificate", v => options.CertificateFile = v);
        AddText(flags, "keyFile", options.KeyFile, "The key of the server's certificate", v => options.KeyFile = v);
        flags.AddSwitch("generateMissingWebcert", false, "Make a certificate where there is none", v => options.GenerateMissingCertificate = v);
        flags.AddSwitch("permitInsecureMode", false, "Serve without TLS where there are no authorities: everybody may do everything", v => options.PermitInsecureMode = v);
        flags.Add("pageAccess", "string", "open", "Pages for those without a certificate: open, withoutLogs or closed", FlagValues.PageAccess, v => options.PageAccess = v);
        flags.Add("srpcTrustedUsers", "list", "", "Users who may call all methods", FlagValues.Words, v => options.TrustedUsers = v);
        flags.Add("srpcTrustedGroups", "list", "", "Groups who may call all methods", FlagValues.Words, v => options.TrustedGroups = v);
        flags.AddSwitch("srpcTrustVmOwners", true, "Accepted and without effect: there is no metadata service to ask", _ => { });
    }

    static void AddStores(FlagSet flags, ServerOptions options)
    {
        AddText(flags, "imageDir", options.ImageDirectory, "Where the images are", v => options.ImageDirectory = v);
        AddText(flags, "objectDir", options.ObjectDirectory, "Where the objects are", v => options.ObjectDirectory = v);
        AddText(flags, "informationDatabaseTemplate", "", "Template of the URL of a page about an image", v => options.InformationTemplate = v);
        AddDuration(flags, "maximumExpirationDuration", options.MaximumExpiration, "Longest time that users may give an image", v => options.MaximumExpiration = v);
        AddDuration(flags, "maximumExpirationDurationPrivileged", options.MaximumExpirationPrivileged, "The same for those who hold the power to", v => options.MaximumExpirationPrivileged = v);
        AddNumber(flags, "objectServerCleanupStartPercent", options.CleanupStartPercent, "How full the file system is when unreferenced objects are deleted", v => options.CleanupStartPercent = v);
        AddNumber(flags, "objectServerCleanupStopPercent", options.CleanupStopPercent, "How full it is when enough are deleted", v => options.CleanupStopPercent = v);
        AddSize(flags, "objectServerCleanupStartSize", options.CleanupStartSize, "Bytes of unreferenced objects when they are deleted", v => options.CleanupStartSize = v);
        AddSize(flags, "objectServerCleanupStopSize", options.CleanupStopSize, "Bytes of them when enough are deleted", v => options.CleanupStopSize = v);
    }

    static void AddReplication(FlagSet flags, ServerOptions options)
    {
        flags.AddSwitch("archiveMode", false, "Take images from the master and never delete one", v => options.ArchiveMode = v);
        flags.AddSwitch("archiveExpiringImages", false, "In archive mode, take expiring images too", v => options.ArchiveExpiringImages = v);
        AddText(flags, "imageServerHostname", "", "The master to be a replica of", v => options.MasterHost = v);
        flags.Add("imageServerPortNum", "uint", $"{options.MasterPort}", "Its port", FlagValues.Port, v => options.MasterPort = v);
        flags.AddSwitch("replicationAllowMassDelete", false, "Delete most of the images if the master has not got them", v => options.ReplicationAllowMassDelete = v);
        AddText(flags, "replicationExcludeFilter", "", "File with a filter of images that are not taken", v => options.ReplicationExcludeFilter = v);
        AddText(flags, "replicationIncludeFilter", "", "File with a filter of the only images that are taken", v => options.ReplicationIncludeFilter = v);
    }

    static void AddConnections(FlagSet flags, ServerOptions options)
    {
        flags.Add("portNum", "uint", $"{options.Port}", "Port for SRPC and pages", FlagValues.Port, v => options.Port = v);
        AddText(flags, "listenAddress", "", "Address to listen on, where not all are meant", v => options.ListenAddress = v);
        AddDuration(flags, "srpcDefaultConnectTimeout", options.ConnectTimeout, "Time for connecting to a server", v => options.ConnectTimeout = v);
        AddDuration(flags, "srpcDefaultKeepAlivePeriod", options.KeepAlivePeriod, "Time between signs of life on a silent connection", v => options.KeepAlivePeriod = v);
        AddDuration(flags, "srpcDefaultTlsHandshakeTimeout", options.HandshakeTimeout, "Time for a TLS handshake", v => options.HandshakeTimeout = v);
        flags.AddSwitch("srpcClientDoNotUseMethodPowers", false, "Give up the certificate's powers at other servers", v => options.WithoutMethodPowers = v);
        AddText(flags, "srpcUnixSocketPath", options.UnixSocketPath, "Unix socket for clients of this machine", v => options.UnixSocketPath = v);
        AddText(flags, "srpcProxy", "", "Accepted and without effect", _ => { });
    }

    static void AddLogs(FlagSet flags, ServerOptions options)
    {
        AddText(flags, "logDir", options.LogDirectory, "Where log files go; empty for none", v => options.LogDirectory = v);
        AddSize(flags, "logFileMaxSize", options.LogFileMaxSize, "Size of a log file at which the next begins", v => options.LogFileMaxSize = v);
        AddSize(flags, "logQuota", options.LogQuota, "Size of all log files at which the oldest are deleted", v => options.LogQuota = v);
        AddNumber(flags, "logbufLines", options.LogBufferLines, "Lines kept in memory", v => options.LogBufferLines = v);
        AddNumber(flags, "initialLogDebugLevel", options.LogDebugLevel, "Up to which level details are logged", v => options.LogDebugLevel = v);
        flags.AddSwitch("logSubseconds", false, "Log microseconds", v => options.LogSubseconds = v);
        flags.AddSwitch("logAtStartup", true, "Log the start", v => options.LogAtStartup = v);
        flags.AddSwitch("alsoLogToStderr", false, "Log to standard error as well", v => options.AlsoLogToStderr = v);
        flags.AddSwitch("debug", false, "Accepted and without effect, as in the original", _ => { });
        flags.Add("idleMarkTimeout", "duration", "", "Accepted and without effect", FlagValues.Duration, _ => { });
        flags.Add("lockCheckInterval", "duration", "2s", "Accepted and without effect", FlagValues.Duration, _ => { });
        flags.Add("lockLogTimeout", "duration", "5s", "Accepted and without effect", FlagValues.Duration, _ => { });
    }

    static void AddText(FlagSet flags, string name, string current, string help, Action<string> set) =>
        flags.Add(name, "string", current.Length > 0 ? $"\"{current}\"" : "", help, FlagValues.Text, set);

    static void AddNumber(FlagSet flags, string name, int current, string help, Action<int> set) =>
        flags.Add(name, "int", $"{current}", help, FlagValues.Number, set);

    static void AddSize(FlagSet flags, string name, ulong current, string help, Action<ulong> set) =>
        flags.Add(name, "value", current > 0 ? HumanSize.FormatExact(current) : "", help, FlagValues.Size, set);

    static void AddDuration(FlagSet flags, string name, TimeSpan current, string help, Action<TimeSpan> set) =>
        flags.Add(name, "duration", HumanDuration.Format(current), help, FlagValues.Duration, set);
}
