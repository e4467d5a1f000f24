using System.Globalization;

namespace ImageSdk.Hosting.Metrics;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4.</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static IEnumerable<string> Lines(IEnumerable<Metric> metrics)
    {
        // All values of a name have to stand together.
        foreach (var named in metrics.Where(metric => metric.PrometheusName is not null).GroupBy(metric => metric.PrometheusName!))
        {
            yield return $"# HELP {named.Key} {named.First().Description}";
            yield return $"# TYPE {named.Key} {(named.Key.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge")}";
            foreach (var metric in named)
                yield return $"{named.Key}{(metric.PrometheusLabel is { } label ? $"{{{label}}}" : "")} {Format(metric.Read())}";
        }
    }

    static string Format(object value) => value switch
    {
        TimeSpan duration => duration.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        DateTimeOffset time => Metric.FormatTime(time),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"{value.GetType()} is no number"),
    };
}
