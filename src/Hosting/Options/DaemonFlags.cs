using ImageSdk.Hosting.Flags;

namespace ImageSdk.Hosting.Options;

/// <summary>The flags that all daemons have, and where flags are read from.</summary>
public static class DaemonFlags
{
    /// <summary>What start scripts of Dominator look for in <c>/etc/default/NAME</c>, for all daemons: variable and flag.</summary>
    public static IReadOnlyDictionary<string, string> CommonVariables { get; } = new Dictionary<string, string>
    {
        ["LOG_DIR"] = "logDir",
        ["LOG_QUOTA"] = "logQuota",
        ["LOGBUF_LINES"] = "logbufLines",
    };

    /// <summary>
    /// Sets flags: from <c>ETC/NAME/flags.default</c> and <c>flags.extra</c>, variables of <c>ETC/default/NAME</c>, and the command line, the
    /// later winning.
    /// </summary>
    /// <param name="flags">All that the daemon has.</param>
    /// <param name="name">The daemon's name.</param>
    /// <param name="variables">Variables that it has besides the common ones, and their flags.</param>
    /// <param name="words">The command line.</param>
    /// <param name="etc">Where configuration lies: "/etc".</param>
    /// <exception cref="FlagException">A flag is unknown, or its value is none, or there are other words than flags.</exception>
    public static void Read(FlagSet flags, string name, IReadOnlyDictionary<string, string> variables, IReadOnlyList<string> words, string etc)
    {
        foreach (var file in (string[])["flags.default", "flags.extra"])
        {
            var path = Path.Combine(etc, name, file);
            if (File.Exists(path))
                flags.ParseFile(path);
        }
        ReadVariables(Path.Combine(etc, "default", name), flags, variables);
        var rest = flags.Parse(words);
        if (rest.Count > 0)
            throw new FlagException($"unexpected argument: {rest[0]}");
    }

    /// <summary>Adds the flags of connections, certificates, access and logs.</summary>
    public static void AddCommon(FlagSet flags, DaemonOptions options)
    {
        AddAccess(flags, options);
        AddConnections(flags, options);
        AddLogs(flags, options);
    }

    static void ReadVariables(string path, FlagSet flags, IReadOnlyDictionary<string, string> variables)
    {
        if (!File.Exists(path))
            return;
        foreach (var line in File.ReadLines(path).Select(line => line.Trim()))
        {
            var equals = line.IndexOf('=');
            if (equals <= 0 || line[0] == '#')
                continue;
            var variable = line[..equals].Replace("export ", "");
            if (!variables.TryGetValue(variable, out var flag) && !CommonVariables.TryGetValue(variable, out flag))
                continue;
            var value = line[(equals + 1)..].Trim().Trim('"', '\'');
            if (value.Length > 0)
                flags.Set(flag, value);
        }
    }

    static void AddAccess(FlagSet flags, DaemonOptions options)
    {
        flags.AddSwitch("allowRoot", false, "Run as root, for which there is no need", v => options.AllowRoot = v);
        flags.AddText("CAfile", options.AuthoritiesFile, "Authorities trusted for identity and methods", v => options.AuthoritiesFile = v);
        flags.AddText("identityCAfile", options.IdentityAuthoritiesFile, "Authorities trusted for identity only", v => options.IdentityAuthoritiesFile = v);
        flags.AddText("certFile", options.CertificateFile, "The server's certificate", v => options.CertificateFile = v);
        flags.AddText("keyFile", options.KeyFile, "The key of the server's certificate", v => options.KeyFile = v);
        flags.AddSwitch("generateMissingWebcert", false, "Make a certificate where there is none", v => options.GenerateMissingCertificate = v);
        flags.AddSwitch("permitInsecureMode", false, "Serve without TLS where there are no authorities: everybody may do everything", v => options.PermitInsecureMode = v);
        flags.Add("pageAccess", "string", "open", "Pages for those without a certificate: open, withoutLogs or closed", ParsePageAccess, v => options.PageAccess = v);
        flags.Add("srpcTrustedUsers", "list", "", "Users who may call all methods", FlagValues.Words, v => options.TrustedUsers = v);
        flags.Add("srpcTrustedGroups", "list", "", "Groups who may call all methods", FlagValues.Words, v => options.TrustedGroups = v);
        flags.AddSwitch("srpcTrustVmOwners", true, "Accepted and without effect: there is no metadata service to ask", _ => { });
    }

    static void AddConnections(FlagSet flags, DaemonOptions options)
    {
        flags.Add("portNum", "uint", $"{options.Port}", "Port for SRPC and pages", FlagValues.Port, v => options.Port = v);
        flags.AddText("listenAddress", "", "Address to listen on, where not all are meant", v => options.ListenAddress = v);
        flags.AddDuration("srpcDefaultConnectTimeout", options.ConnectTimeout, "Time for connecting to a server", v => options.ConnectTimeout = v);
        flags.AddDuration("srpcDefaultKeepAlivePeriod", options.KeepAlivePeriod, "Time between signs of life on a silent connection", v => options.KeepAlivePeriod = v);
        flags.AddDuration("srpcDefaultTlsHandshakeTimeout", options.HandshakeTimeout, "Time for a TLS handshake", v => options.HandshakeTimeout = v);
        flags.AddSwitch("srpcClientDoNotUseMethodPowers", false, "Give up the certificate's powers at other servers", v => options.WithoutMethodPowers = v);
        flags.AddText("srpcUnixSocketPath", options.UnixSocketPath, "Unix socket for clients of this machine", v => options.UnixSocketPath = v);
        flags.AddText("srpcProxy", "", "Accepted and without effect", _ => { });
        flags.Add("telemetryEndpoint", "string", "", "Where traces and metrics go by OTLP, such as http://collector:4317", ParseEndpoint, v => options.TelemetryEndpoint = v);
    }

    static void AddLogs(FlagSet flags, DaemonOptions options)
    {
        flags.AddText("logDir", options.LogDirectory, "Where log files go; empty for none", v => options.LogDirectory = v);
        flags.AddSize("logFileMaxSize", options.LogFileMaxSize, "Size of a log file at which the next begins", v => options.LogFileMaxSize = v);
        flags.AddSize("logQuota", options.LogQuota, "Size of all log files at which the oldest are deleted", v => options.LogQuota = v);
        flags.AddNumber("logbufLines", options.LogBufferLines, "Lines kept in memory", v => options.LogBufferLines = v);
        flags.AddNumber("initialLogDebugLevel", options.LogDebugLevel, "Up to which level details are logged", v => options.LogDebugLevel = v);
        flags.AddSwitch("logSubseconds", false, "Log microseconds", v => options.LogSubseconds = v);
        flags.AddSwitch("logAtStartup", true, "Log the start", v => options.LogAtStartup = v);
        flags.AddSwitch("alsoLogToStderr", false, "Log to standard error as well", v => options.AlsoLogToStderr = v);
        flags.AddSwitch("debug", false, "Accepted and without effect, as in the original", _ => { });
        flags.Add("idleMarkTimeout", "duration", "", "Accepted and without effect", FlagValues.Duration, _ => { });
        flags.Add("lockCheckInterval", "duration", "2s", "Accepted and without effect", FlagValues.Duration, _ => { });
        flags.Add("lockLogTimeout", "duration", "5s", "Accepted and without effect", FlagValues.Duration, _ => { });
    }

    static PageAccess ParsePageAccess(string text) => text switch
    {
        "open" => PageAccess.Open,
        "withoutLogs" => PageAccess.WithoutLogs,
        "closed" => PageAccess.Closed,
        _ => throw new FormatException("expected open, withoutLogs or closed"),
    };

    static string ParseEndpoint(string text) =>
        text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps))
            ? text
            : throw new FormatException("expected an address such as http://collector:4317");
}
