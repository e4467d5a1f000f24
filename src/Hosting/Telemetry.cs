using System.Runtime.CompilerServices;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Options;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ImageSdk.Hosting;

/// <summary>
/// Traces and metrics over OTLP, for those who set <c>-telemetryEndpoint</c>; without it nothing of it is loaded. Sources and meters of ours have names that
/// begin with "ImageSdk."; what stands in <c>/metrics</c> goes out too, under the names that Prometheus knows.
/// </summary>
static class Telemetry
{
    const string OwnNames = "ImageSdk.*";
    const int HttpPort = 4318;

    public static void Add(IServiceCollection services, DaemonOptions options, MetricTable metrics)
    {
        if (options.TelemetryEndpoint.Length > 0)
            AddExporters(services, options, metrics);
    }

    // Not inlined: whoever calls it loads what it mentions.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void AddExporters(IServiceCollection services, DaemonOptions options, MetricTable metrics)
    {
        var meter = new TableMeter(metrics);
        services.AddSingleton(meter);
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.Name, serviceVersion: ServerVersion.Product, serviceInstanceId: Environment.MachineName))
            .WithTracing(tracing => tracing.AddSource(OwnNames).AddAspNetCoreInstrumentation().AddOtlpExporter(exporter => Set(exporter, options, "v1/traces")))
            .WithMetrics(measuring => measuring.AddMeter(OwnNames).AddAspNetCoreInstrumentation().AddOtlpExporter(exporter => Set(exporter, options, "v1/metrics")));
    }

    /// <summary>HTTP on its port, 4318, or where the variable of the OpenTelemetry specification says so; gRPC otherwise.</summary>
    static void Set(OtlpExporterOptions exporter, DaemonOptions options, string path)
    {
        var address = new Uri(options.TelemetryEndpoint);
        var isHttp = address.Port == HttpPort || Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") == "http/protobuf";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = isHttp ? new Uri(address.ToString().TrimEnd('/') + "/" + path) : address;
    }
}
