using System.Runtime.InteropServices;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Replication;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Web.Metrics;

/// <summary>The metrics of a server, by path.</summary>
sealed class ServerMetrics
{
    readonly SortedDictionary<string, Metric> metrics = new(StringComparer.Ordinal);

    public ServerMetrics(ServerParts parts, SrpcServer srpc)
    {
        AddImages(parts);
        AddObjects(parts);
        if (parts.Replicator is { } replicator)
            AddReplication(replicator);
        AddSrpc(srpc);
        AddProcess(parts);
        foreach (var (name, value) in FlagValues.Of(parts.Options))
            Add($"/proc/flags/{name}", "value of this flag", "None", () => value);
    }

    /// <summary>That of the path, or all below it; in order of their paths.</summary>
    /// <param name="path">Rooted, without a slash at the end; empty for all.</param>
    public IReadOnlyList<Metric> Find(string path) =>
        metrics.TryGetValue(path, out var metric) ? [metric] : [.. metrics.Values.Where(metric => metric.Path.StartsWith(path + "/", StringComparison.Ordinal))];

    public IEnumerable<Metric> All => metrics.Values;

    void Add(string path, string description, string unit, Func<object> read, string? prometheus = null, string? label = null) =>
        metrics.Add(path, new(path, description, unit, read) { PrometheusName = prometheus, PrometheusLabel = label });

    void AddImages(ServerParts parts)
    {
        Add("/image-count", "number of images", "None", () => (ulong)parts.Images.Count, "imageserver_images");
        Add("/get-requests", "number of GetObjects() requests in progress", "None", () => (ulong)parts.ObjectService.SenderCount, "imageserver_get_requests");
        Add("/directory-count", "number of directories", "None", () => (ulong)parts.Images.DirectoryCount, "imageserver_directories");
        Add("/replication-client-count", "number of clients that follow updates", "None", () => (ulong)parts.Images.Feed.ListenerCount, "imageserver_replication_clients");
    }

    void AddReplication(Replicator replicator)
    {
        const string Room = "/replication";
        Add($"{Room}/connected", "whether there is a connection to the master", "None", () => replicator.State.IsConnected ? 1UL : 0, "imageserver_replication_connected");
        Add($"{Room}/lag", "for how long the oldest change that is not made yet has been known", "Seconds", () => replicator.State.Lag, "imageserver_replication_lag_seconds");
        Add($"{Room}/waiting-count", "number of changes that are not made yet", "None", () => (ulong)replicator.State.Waiting, "imageserver_replication_waiting");
        Add($"{Room}/failing-count", "number of images that could not be fetched", "None", () => (ulong)replicator.State.Failing, "imageserver_replication_failing");
        Add($"{Room}/added-count", "number of images added", "None", () => replicator.State.Added, "imageserver_replication_added_total");
        Add($"{Room}/deleted-count", "number of images deleted", "None", () => replicator.State.Deleted, "imageserver_replication_deleted_total");
    }

    void AddObjects(ServerParts parts)
    {
        const string Room = "/objectserver";
        var objects = parts.Objects;
        Add($"{Room}/object-count", "number of objects", "None", () => (ulong)objects.Statistics.Count, "imageserver_objects");
        Add($"{Room}/unreferenced-object-count", "number of unreferenced objects", "None", () => (ulong)objects.Statistics.UnreferencedCount, "imageserver_unreferenced_objects");
        Add($"{Room}/referenced-object-bytes", "bytes consumed by referenced objects", "Bytes", () => Referenced(), "imageserver_referenced_object_bytes");
        Add($"{Room}/unreferenced-object-bytes", "bytes consumed by unreferenced objects", "Bytes", () => objects.Statistics.UnreferencedBytes, "imageserver_unreferenced_object_bytes");
        Add($"{Room}/referenced-utilisation-percent", "referenced object bytes as percent of filesystem capacity", "None", () => Percent(Referenced()));
        Add($"{Room}/unreferenced-utilisation-percent", "unreferenced object bytes as percent of filesystem capacity", "None", () => Percent(objects.Statistics.UnreferencedBytes));
        Add($"{Room}/filesystem-total-bytes", "capacity of the filesystem of the objects", "Bytes", () => Disk().Total, "imageserver_filesystem_size_bytes");
        Add($"{Room}/filesystem-free-bytes", "free bytes of the filesystem of the objects", "Bytes", () => Disk().Free, "imageserver_filesystem_free_bytes");

        ulong Referenced() => objects.Statistics is var statistics ? statistics.Bytes - statistics.UnreferencedBytes : 0;
        DiskSpace Disk() => DiskSpace.Of(parts.Options.ObjectDirectory) ?? default;
        double Percent(ulong bytes) => Disk().Percent(bytes);
    }

    // Paths of the original; it keeps distributions of durations where there are sums here.
    void AddSrpc(SrpcServer srpc)
    {
        const string Room = "/srpc/server";
        var connections = srpc.ConnectionCounts;
        Add($"{Room}/num-connections", "number of connections", "None", () => (ulong)connections.Accepted, "srpc_connections_total");
        Add($"{Room}/num-open-connections", "number of open connections", "None", () => (ulong)connections.Open, "srpc_open_connections");
        Add($"{Room}/num-rejected-connections", "number of rejected connections", "None", () => (ulong)connections.Rejected, "srpc_rejected_connections_total");
        Add($"{Room}/num-running-methods", "number of running methods", "None", () => (ulong)srpc.MethodCounts.Sum(method => method.Counts.Running), "srpc_running_calls");
        foreach (var (service, method, counts) in srpc.MethodCounts)
        {
            var path = service.Length == 0 ? $"{Room}/{method}" : $"{Room}/{service}/{method}";
            var label = $"method=\"{service}.{method}\"";
            Add($"{path}/num-denied-calls", "number of denied calls", "None", () => (ulong)counts.Denied, "srpc_denied_calls_total", label);
            Add($"{path}/num-permitted-calls", "number of permitted calls", "None", () => (ulong)counts.Permitted, "srpc_permitted_calls_total", label);
            Add($"{path}/num-failed-calls", "number of failed calls", "None", () => (ulong)counts.Failed, "srpc_failed_calls_total", label);
            Add($"{path}/num-running-calls", "number of running calls", "None", () => (ulong)counts.Running, "srpc_running_method_calls", label);
            Add($"{path}/call-duration", "time of all calls that are over", "Seconds", () => counts.Duration, "srpc_call_duration_seconds_total", label);
        }
    }

    void AddProcess(ServerParts parts)
    {
        const string Room = "/proc";
        Add($"{Room}/name", "Program name", "None", () => Environment.ProcessPath ?? "");
        Add($"{Room}/args", "Program args", "None", () => string.Join('|', Environment.GetCommandLineArgs().Skip(1)));
        Add($"{Room}/start-time", "Program start time", "None", () => parts.Started, "process_start_time_seconds");
        Add($"{Room}/cpu/user", "User CPU time used", "Seconds", () => Environment.CpuUsage.UserTime, "process_cpu_user_seconds_total");
        Add($"{Room}/cpu/sys", "System CPU time used", "Seconds", () => Environment.CpuUsage.PrivilegedTime, "process_cpu_system_seconds_total");
        Add($"{Room}/memory/total", "Memory in use", "Bytes", () => (ulong)Environment.WorkingSet, "process_resident_memory_bytes");
        Add($"{Room}/memory/max-resident-set-size", "Maximum resident set size", "Bytes", () => ProcessStatus.Read("VmHWM") * 1024, "process_resident_memory_max_bytes");
        Add($"{Room}/memory/managed-heap", "Heap of the runtime", "Bytes", () => GC.GetTotalMemory(false), "dotnet_heap_bytes");
        Add($"{Room}/scheduler/voluntary-switches", "Voluntary context switches", "None", () => ProcessStatus.Read("voluntary_ctxt_switches"), "process_voluntary_context_switches_total");
        Add($"{Room}/scheduler/involuntary-switches", "Involuntary context switches", "None", () => ProcessStatus.Read("nonvoluntary_ctxt_switches"), "process_involuntary_context_switches_total");
        Add($"{Room}/io/num-open-file-descriptors", "Number of open file descriptors", "None", () => (long)Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), "process_open_fds");
        Add($"{Room}/dotnet/version", "Version of the runtime", "None", () => RuntimeInformation.FrameworkDescription);
        Add($"{Room}/dotnet/num-threads", "Number of threads", "None", () => ProcessStatus.Read("Threads"), "process_threads");
        Add($"{Room}/dotnet/num-collections", "Garbage collections", "None", () => (long)GC.CollectionCount(0), "dotnet_collections_total");
        Add($"{Room}/version", "Version of the program", "None", () => ServerVersion.Text);
    }
}
