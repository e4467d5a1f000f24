using System.Diagnostics.Metrics;

namespace ImageSdk.Hosting.Metrics;

/// <summary>Offers the metrics of a table that Prometheus gets to those who listen to meters.</summary>
public sealed class TableMeter : IDisposable
{
    readonly Meter meter = new("ImageSdk.Daemon");

    public TableMeter(MetricTable metrics)
    {
        foreach (var named in metrics.All.Where(metric => metric.PrometheusName is not null).GroupBy(metric => metric.PrometheusName!))
        {
            var (members, first) = (named.ToList(), named.First());
            IEnumerable<Measurement<double>> Observe() => members.Select(metric => new Measurement<double>(Number(metric.Read()), Tags(metric.PrometheusLabel)));
            if (named.Key.EndsWith("_total", StringComparison.Ordinal))
                meter.CreateObservableCounter(named.Key, Observe, Unit(first), first.Description);
            else
                meter.CreateObservableGauge(named.Key, Observe, Unit(first), first.Description);
        }
    }

    public void Dispose() => meter.Dispose();

    static string? Unit(Metric metric) => metric.Unit switch
    {
        "Bytes" => "By",
        "Seconds" => "s",
        _ => null,
    };

    /// <summary>A label as Prometheus writes it: method="ObjectServer.GetObjects".</summary>
    static KeyValuePair<string, object?>[] Tags(string? label) =>
        label?.Split('=', 2) is [var name, var value] ? [new(name, value.Trim('"'))] : [];

    static double Number(object value) => value switch
    {
        TimeSpan duration => duration.TotalSeconds,
        DateTimeOffset time => (time - DateTimeOffset.UnixEpoch).TotalSeconds,
        bool flag => flag ? 1 : 0,
        IConvertible number => number.ToDouble(null),
        _ => throw new InvalidOperationException($"{value.GetType()} is no number"),
    };
}
