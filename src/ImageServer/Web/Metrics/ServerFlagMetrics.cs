using ImageSdk.ImageServer.Options;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Metrics;

/// <summary>The values of the flags that image servers alone have, by the flags' names.</summary>
static class ServerFlagMetrics
{
    public static IEnumerable<(string Name, object Value)> Of(ServerOptions options) =>
    [
        ("allowPublicAddObjects", options.AllowPublicAddObjects),
        ("allowPublicCheckObjects", options.AllowPublicCheckObjects),
        ("allowPublicGetObjects", options.AllowPublicGetObjects),
        ("allowUnauthenticatedReads", options.AllowUnauthenticatedReads),
        ("archiveExpiringImages", options.ArchiveExpiringImages),
        ("archiveMode", options.ArchiveMode),
        ("imageDir", options.ImageDirectory),
        ("imageServerHostname", options.MasterHost),
        ("imageServerPortNum", (ulong)options.MasterPort),
        ("informationDatabaseTemplate", options.InformationTemplate),
        ("maximumExpirationDuration", options.MaximumExpiration),
        ("maximumExpirationDurationPrivileged", options.MaximumExpirationPrivileged),
        ("objectDir", options.ObjectDirectory),
        ("objectServerCleanupStartPercent", (long)options.CleanupStartPercent),
        ("objectServerCleanupStartSize", HumanSize.FormatExact(options.CleanupStartSize)),
        ("objectServerCleanupStopPercent", (long)options.CleanupStopPercent),
        ("objectServerCleanupStopSize", HumanSize.FormatExact(options.CleanupStopSize)),
        ("objectServerMaximumCount", (long)options.MaximumStoreCount),
        ("objectServerMaximumObjectSize", HumanSize.FormatExact(options.MaximumObjectSize)),
        ("objectServerMaximumSize", HumanSize.FormatExact(options.MaximumStoreSize)),
        ("objectServerMaximumUploadCount", (long)options.MaximumUploadCount),
        ("objectServerMaximumUploadSize", HumanSize.FormatExact(options.MaximumUploadSize)),
        ("replicationExcludeFilter", options.ReplicationExcludeFilter),
        ("replicationIncludeFilter", options.ReplicationIncludeFilter),
    ];
}
