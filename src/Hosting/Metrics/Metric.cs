using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ImageSdk.Hosting.Metrics;

/// <summary>A value of the server that others watch.</summary>
/// <param name="Path">Rooted, as in the original: "/image-count".</param>
/// <param name="Unit">"Bytes", "Seconds" or "None".</param>
/// <param name="Read">
/// The value now: <see cref="ulong"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>,
/// <see cref="TimeSpan"/> or <see cref="DateTimeOffset"/>.
/// </param>
public sealed record Metric(string Path, string Description, string Unit, Func<object> Read)
{
    /// <summary>What Prometheus knows it as; null for what is nothing for Prometheus. Counters end with _total.</summary>
    public string? PrometheusName { get; init; }

    /// <summary>Tells it from others of that name, as Prometheus writes it: method="ObjectServer.GetObjects". Null where it is the only one.</summary>
    public string? PrometheusLabel { get; init; }

    /// <summary>The type in the original's words.</summary>
    public static string KindOf(object value) => value switch
    {
        ulong => "uint64",
        long => "int64",
        double => "float64",
        bool => "bool",
        TimeSpan => "duration",
        DateTimeOffset => "time",
        _ => "string",
    };

    /// <summary>The size of numbers; null for what is none.</summary>
    public static int? BitsOf(object value) => value is ulong or long or double ? 64 : null;

    /// <summary>As text, in the original's way: texts in quotes, times and durations in seconds.</summary>
    public static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan duration => Seconds(duration.Ticks),
        DateTimeOffset time => FormatTime(time),
        string text => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Seconds since 1970, with nine digits behind the point.</summary>
    public static string FormatTime(DateTimeOffset time) => Seconds((time - DateTimeOffset.UnixEpoch).Ticks);

    static string Seconds(long ticks) => ((decimal)ticks / TimeSpan.TicksPerSecond).ToString("0.000000000", CultureInfo.InvariantCulture);
}
