using ImageSdk.Hosting.Options;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Metrics;

/// <summary>The values of the flags that all daemons have, by the flags' names; those that have an effect.</summary>
public static class FlagMetrics
{
    public static IEnumerable<(string Name, object Value)> Of(DaemonOptions options) =>
    [
        ("CAfile", options.AuthoritiesFile),
        ("alsoLogToStderr", options.AlsoLogToStderr),
        ("certFile", options.CertificateFile),
        ("generateMissingWebcert", options.GenerateMissingCertificate),
        ("identityCAfile", options.IdentityAuthoritiesFile),
        ("initialLogDebugLevel", (long)options.LogDebugLevel),
        ("keyFile", options.KeyFile),
        ("listenAddress", options.ListenAddress),
        ("logAtStartup", options.LogAtStartup),
        ("logDir", options.LogDirectory),
        ("logFileMaxSize", HumanSize.FormatExact(options.LogFileMaxSize)),
        ("logQuota", HumanSize.FormatExact(options.LogQuota)),
        ("logSubseconds", options.LogSubseconds),
        ("logbufLines", (ulong)options.LogBufferLines),
        ("permitInsecureMode", options.PermitInsecureMode),
        ("portNum", (ulong)options.Port),
        ("srpcClientDoNotUseMethodPowers", options.WithoutMethodPowers),
        ("srpcDefaultConnectTimeout", options.ConnectTimeout),
        ("srpcDefaultKeepAlivePeriod", options.KeepAlivePeriod),
        ("srpcDefaultTlsHandshakeTimeout", options.HandshakeTimeout),
        ("srpcTrustedGroups", string.Join(',', options.TrustedGroups)),
        ("srpcTrustedUsers", string.Join(',', options.TrustedUsers)),
        ("srpcUnixSocketPath", options.UnixSocketPath),
    ];
}
