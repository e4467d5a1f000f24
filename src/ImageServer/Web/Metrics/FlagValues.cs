using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting;

namespace ImageSdk.ImageServer.Web.Metrics;

/// <summary>The values of a server's flags, by the flags' names; those that have an effect.</summary>
static class FlagValues
{
    public static IEnumerable<(string Name, object Value)> Of(ServerOptions options) =>
    [
        ("CAfile", options.AuthoritiesFile),
        ("allowPublicAddObjects", options.AllowPublicAddObjects),
        ("allowPublicCheckObjects", options.AllowPublicCheckObjects),
        ("allowPublicGetObjects", options.AllowPublicGetObjects),
        ("allowUnauthenticatedReads", options.AllowUnauthenticatedReads),
        ("alsoLogToStderr", options.AlsoLogToStderr),
        ("archiveExpiringImages", options.ArchiveExpiringImages),
        ("archiveMode", options.ArchiveMode),
        ("certFile", options.CertificateFile),
        ("generateMissingWebcert", options.GenerateMissingCertificate),
        ("identityCAfile", options.IdentityAuthoritiesFile),
        ("imageDir", options.ImageDirectory),
        ("imageServerHostname", options.MasterHost),
        ("imageServerPortNum", (ulong)options.MasterPort),
        ("informationDatabaseTemplate", options.InformationTemplate),
        ("initialLogDebugLevel", (long)options.LogDebugLevel),
        ("keyFile", options.KeyFile),
        ("listenAddress", options.ListenAddress),
        ("logAtStartup", options.LogAtStartup),
        ("logDir", options.LogDirectory),
        ("logFileMaxSize", HumanSize.FormatExact(options.LogFileMaxSize)),
        ("logQuota", HumanSize.FormatExact(options.LogQuota)),
        ("logSubseconds", options.LogSubseconds),
        ("logbufLines", (ulong)options.LogBufferLines),
        ("maximumExpirationDuration", options.MaximumExpiration),
        ("maximumExpirationDurationPrivileged", options.MaximumExpirationPrivileged),
        ("objectDir", options.ObjectDirectory),
        ("objectServerCleanupStartPercent", (long)options.CleanupStartPercent),
        ("objectServerCleanupStartSize", HumanSize.FormatExact(options.CleanupStartSize)),
        ("objectServerCleanupStopPercent", (long)options.CleanupStopPercent),
        ("objectServerCleanupStopSize", HumanSize.FormatExact(options.CleanupStopSize)),
        ("permitInsecureMode", options.PermitInsecureMode),
        ("portNum", (ulong)options.Port),
        ("replicationExcludeFilter", options.ReplicationExcludeFilter),
        ("replicationIncludeFilter", options.ReplicationIncludeFilter),
        ("srpcClientDoNotUseMethodPowers", options.WithoutMethodPowers),
        ("srpcDefaultConnectTimeout", options.ConnectTimeout),
        ("srpcDefaultKeepAlivePeriod", options.KeepAlivePeriod),
        ("srpcDefaultTlsHandshakeTimeout", options.HandshakeTimeout),
        ("srpcTrustedGroups", string.Join(',', options.TrustedGroups)),
        ("srpcTrustedUsers", string.Join(',', options.TrustedUsers)),
        ("srpcUnixSocketPath", options.UnixSocketPath),
    ];
}
