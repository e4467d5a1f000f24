using System.Runtime.InteropServices;
using ImageSdk.Hosting.Options;
using ImageSdk.Srpc;

namespace ImageSdk.Hosting.Metrics;

/// <summary>The metrics of a daemon, by path: of its process and its SRPC side, and what it adds.</summary>
public sealed class MetricTable
{
    readonly SortedDictionary<string, Metric> metrics = new(StringComparer.Ordinal);

    public MetricTable(SrpcServer srpc, DaemonOptions options, DateTimeOffset started)
    {
        AddSrpc(srpc);
        AddProcess(started);
        AddFlags(FlagMetrics.Of(options));
    }

    /// <summary>That of the path, or all below it; in order of their paths.</summary>
    /// <param name="path">Rooted, without a slash at the end; empty for all.</param>
    public IReadOnlyList<Metric> Find(string path) =>
        metrics.TryGetValue(path, out var metric) ? [metric] : [.. metrics.Values.Where(metric => metric.Path.StartsWith(path + "/", StringComparison.Ordinal))];

    public IEnumerable<Metric> All => metrics.Values;

    /// <summary>Adds a metric.</summary>
    /// <param name="path">Rooted: "/image-count".</param>
    /// <param name="unit">"Bytes", "Seconds" or "None".</param>
    /// <param name="read">The value now, of a type that <see cref="Metric"/> names.</param>
    /// <param name="prometheus">Its name there; null for none.</param>
    /// <param name="label">Tells it from others of that name, as Prometheus writes it.</param>
    public void Add(string path, string description, string unit, Func<object> read, string? prometheus = null, string? label = null) =>
        metrics.Add(path, new(path, description, unit, read) { PrometheusName = prometheus, PrometheusLabel = label });

    /// <summary>Adds the values of flags, by their names.</summary>
    public void AddFlags(IEnumerable<(string Name, object Value)> flags)
    {
        foreach (var (name, value) in flags)
            Add($"/proc/flags/{name}", "value of this flag", "None", () => value);
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

    void AddProcess(DateTimeOffset started)
    {
        const string Room = "/proc";
        Add($"{Room}/name", "Program name", "None", () => Environment.ProcessPath ?? "");
        Add($"{Room}/args", "Program args", "None", () => string.Join('|', Environment.GetCommandLineArgs().Skip(1)));
        Add($"{Room}/start-time", "Program start time", "None", () => started, "process_start_time_seconds");
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
