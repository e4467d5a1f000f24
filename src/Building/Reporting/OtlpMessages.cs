using System.Globalization;
using System.Text.Json;

namespace ImageSdk.Building.Reporting;

/// <summary>
/// A build as messages of OpenTelemetry's protocol, in JSON (OTLP 1.x, <c>opentelemetry/proto/collector</c>): a span for the build, for each stage
/// and for each of its phases; how long stages took, and what became of them. Nothing in them says on which machine or for whom.
/// </summary>
/// <param name="Project">Its name.</param>
/// <param name="HasFailed">The build, and its last stage with it.</param>
/// <param name="Trace">Which the build belongs to.</param>
sealed record OtlpMessages(string Project, BuildTimings Timings, bool HasFailed, TraceContext Trace)
{
    const string Scope = "ImageSdk.Building";

    /// <summary>What is posted to <c>v1/traces</c>.</summary>
    public byte[] Spans() => Write("resourceSpans", "scopeSpans", "spans", json =>
    {
        var build = TraceContext.NewSpanId();
        WriteSpan(json, build, Trace.ParentSpanId, $"build {Project}", TimeSpan.Zero, Timings.Duration, HasFailed, () => { });
        foreach (var stage in Timings.Stages)
        {
            var span = TraceContext.NewSpanId();
            WriteSpan(json, span, build, stage.Stage, stage.Start, stage.Duration, stage.Result == StageResult.Failed, () =>
            {
                WriteAttribute(json, "imagesdk.stage.result", ResultOf(stage));
                if (stage.Bytes is { } bytes)
                    WriteAttribute(json, "imagesdk.layer.bytes", bytes);
                if (stage.Entries is { } entries)
                    WriteAttribute(json, "imagesdk.layer.entries", (ulong)entries);
            });
            foreach (var phase in stage.Phases)
                WriteSpan(json, TraceContext.NewSpanId(), span, phase.Text, phase.Start, phase.Duration, hasFailed: false, () => { });
        }
    });

    /// <summary>What is posted to <c>v1/metrics</c>.</summary>
    public byte[] Metrics() => Write("resourceMetrics", "scopeMetrics", "metrics", json =>
    {
        WriteMetric(json, "imagesdk.build.duration", "s", "gauge", () =>
        {
            WritePoint(json, () => WriteAttribute(json, "imagesdk.build.result", HasFailed ? "failed" : "succeeded"), "asDouble", Timings.Duration.TotalSeconds);
        });
        WriteMetric(json, "imagesdk.stage.duration", "s", "gauge", () =>
        {
            foreach (var stage in Timings.Stages)
                WritePoint(json, () =>
                {
                    WriteAttribute(json, "imagesdk.stage", stage.Stage);
                    WriteAttribute(json, "imagesdk.stage.result", ResultOf(stage));
                }, "asDouble", stage.Duration.TotalSeconds);
        });
        WriteMetric(json, "imagesdk.layer.bytes", "By", "gauge", () =>
        {
            foreach (var stage in Timings.Stages)
                if (stage.Bytes is { } bytes)
                    WritePoint(json, () => WriteAttribute(json, "imagesdk.stage", stage.Stage), "asDouble", bytes);
        });
    });

    static string ResultOf(StageTiming stage) => stage.Result switch
    {
        StageResult.Cached => "cached",
        StageResult.Ran => "ran",
        StageResult.Nothing => "nothing",
        StageResult.Failed => "failed",
        var result => throw new InvalidOperationException($"{result}"),
    };

    byte[] Write(string resources, string scopes, string items, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray(resources);
            json.WriteStartObject();
            json.WriteStartObject("resource");
            json.WriteStartArray("attributes");
            WriteAttribute(json, "service.name", "imagesdk");
            WriteAttribute(json, "imagesdk.project", Project);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray(scopes);
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", Scope);
            json.WriteEndObject();
            json.WriteStartArray(items);
            write(json);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    void WriteSpan(Utf8JsonWriter json, string id, string? parent, string name, TimeSpan start, TimeSpan duration, bool hasFailed, Action writeAttributes)
    {
        const int inside = 1, error = 2; // SPAN_KIND_INTERNAL, STATUS_CODE_ERROR
        json.WriteStartObject();
        json.WriteString("traceId", Trace.TraceId);
        json.WriteString("spanId", id);
        if (parent is not null)
            json.WriteString("parentSpanId", parent);
        json.WriteString("name", name);
        json.WriteNumber("kind", inside);
        json.WriteString("startTimeUnixNano", Nanoseconds(start));
        json.WriteString("endTimeUnixNano", Nanoseconds(start + duration));
        json.WriteStartArray("attributes");
        writeAttributes();
        json.WriteEndArray();
        if (hasFailed)
        {
            json.WriteStartObject("status");
            json.WriteNumber("code", error);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    static void WriteMetric(Utf8JsonWriter json, string name, string unit, string kind, Action writePoints)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("unit", unit);
        json.WriteStartObject(kind);
        json.WriteStartArray("dataPoints");
        writePoints();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    void WritePoint(Utf8JsonWriter json, Action writeAttributes, string kind, double value)
    {
        json.WriteStartObject();
        json.WriteStartArray("attributes");
        writeAttributes();
        json.WriteEndArray();
        json.WriteString("timeUnixNano", Nanoseconds(Timings.Duration));
        json.WriteNumber(kind, value);
        json.WriteEndObject();
    }

    static void WriteAttribute(Utf8JsonWriter json, string key, string value) => WriteAttribute(json, key, "stringValue", value);

    // JSON's numbers are too short for 64 bits: the protocol has them as text.
    static void WriteAttribute(Utf8JsonWriter json, string key, ulong value) => WriteAttribute(json, key, "intValue", value.ToString(CultureInfo.InvariantCulture));

    static void WriteAttribute(Utf8JsonWriter json, string key, string kind, string value)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartObject("value");
        json.WriteString(kind, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    string Nanoseconds(TimeSpan sinceStart) =>
        ((Timings.StartedAt + sinceStart - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);
}
