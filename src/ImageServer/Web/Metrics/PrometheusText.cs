using System.Globalization;

namespace ImageSdk.ImageServer.Web.Metrics;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4.</summary>
static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static IEnumerable<string> Lines(IEnumerable<Metric> metrics)
    {
        foreach (var metric in metrics)
        {
            if (metric.PrometheusName is not { } name)
                continue;
            yield return $"# HELP {name} {metric.Description}";
            yield return $"# TYPE {name} {(name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge")}";
            yield return $"{name} {Format(metric.Read())}";
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
