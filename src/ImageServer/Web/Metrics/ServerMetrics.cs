using ImageSdk.Hosting.Metrics;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Options;
using ImageSdk.ImageServer.Replication;

namespace ImageSdk.ImageServer.Web.Metrics;

/// <summary>What an image server adds to the metrics that all daemons have.</summary>
static class ServerMetrics
{
    public static void AddTo(
        MetricTable metrics, ServerOptions options, ImageCatalogue images, ObjectCatalogue objects, ObjectService objectService, Replicator? replicator)
    {
        AddImages(metrics, images, objectService);
        AddObjects(metrics, objects, options.ObjectDirectory);
        if (replicator is not null)
            AddReplication(metrics, replicator);
        metrics.AddFlags(ServerFlagMetrics.Of(options));
    }

    static void AddImages(MetricTable metrics, ImageCatalogue images, ObjectService objectService)
    {
        metrics.Add("/image-count", "number of images", "None", () => (ulong)images.Count, "imageserver_images");
        metrics.Add("/get-requests", "number of GetObjects() requests in progress", "None", () => (ulong)objectService.SenderCount, "imageserver_get_requests");
        metrics.Add("/directory-count", "number of directories", "None", () => (ulong)images.DirectoryCount, "imageserver_directories");
        metrics.Add("/replication-client-count", "number of clients that follow updates", "None", () => (ulong)images.Feed.ListenerCount, "imageserver_replication_clients");
    }

    static void AddReplication(MetricTable metrics, Replicator replicator)
    {
        const string Room = "/replication";
        metrics.Add($"{Room}/connected", "whether there is a connection to the master", "None", () => replicator.State.IsConnected ? 1UL : 0, "imageserver_replication_connected");
        metrics.Add($"{Room}/lag", "for how long the oldest change that is not made yet has been known", "Seconds", () => replicator.State.Lag, "imageserver_replication_lag_seconds");
        metrics.Add($"{Room}/waiting-count", "number of changes that are not made yet", "None", () => (ulong)replicator.State.Waiting, "imageserver_replication_waiting");
        metrics.Add($"{Room}/failing-count", "number of images that could not be fetched", "None", () => (ulong)replicator.State.Failing, "imageserver_replication_failing");
        metrics.Add($"{Room}/added-count", "number of images added", "None", () => replicator.State.Added, "imageserver_replication_added_total");
        metrics.Add($"{Room}/deleted-count", "number of images deleted", "None", () => replicator.State.Deleted, "imageserver_replication_deleted_total");
    }

    static void AddObjects(MetricTable metrics, ObjectCatalogue objects, string directory)
    {
        const string Room = "/objectserver";
        metrics.Add($"{Room}/object-count", "number of objects", "None", () => (ulong)objects.Statistics.Count, "imageserver_objects");
        metrics.Add($"{Room}/unreferenced-object-count", "number of unreferenced objects", "None", () => (ulong)objects.Statistics.UnreferencedCount, "imageserver_unreferenced_objects");
        metrics.Add($"{Room}/referenced-object-bytes", "bytes consumed by referenced objects", "Bytes", () => Referenced(), "imageserver_referenced_object_bytes");
        metrics.Add($"{Room}/unreferenced-object-bytes", "bytes consumed by unreferenced objects", "Bytes", () => objects.Statistics.UnreferencedBytes, "imageserver_unreferenced_object_bytes");
        metrics.Add($"{Room}/referenced-utilisation-percent", "referenced object bytes as percent of filesystem capacity", "None", () => Percent(Referenced()));
        metrics.Add($"{Room}/unreferenced-utilisation-percent", "unreferenced object bytes as percent of filesystem capacity", "None", () => Percent(objects.Statistics.UnreferencedBytes));
        metrics.Add($"{Room}/filesystem-total-bytes", "capacity of the filesystem of the objects", "Bytes", () => Disk().Total, "imageserver_filesystem_size_bytes");
        metrics.Add($"{Room}/filesystem-free-bytes", "free bytes of the filesystem of the objects", "Bytes", () => Disk().Free, "imageserver_filesystem_free_bytes");

        ulong Referenced() => objects.Statistics is var statistics ? statistics.Bytes - statistics.UnreferencedBytes : 0;
        DiskSpace Disk() => DiskSpace.Of(directory) ?? default;
        double Percent(ulong bytes) => Disk().Percent(bytes);
    }
}
