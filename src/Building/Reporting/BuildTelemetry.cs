using System.Net.Http.Headers;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building.Reporting;

/// <summary>Sends traces and metrics of builds to a collector, by OTLP over HTTP.</summary>
/// <param name="Endpoint">Its address, to which <c>v1/traces</c> and <c>v1/metrics</c> are added.</param>
public sealed record BuildTelemetry(Uri Endpoint)
{
    // A build does not wait longer for one that does not answer.
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    /// <summary>Headers of each request, as the variable OTEL_EXPORTER_OTLP_HEADERS has them: <c>NAME=VALUE,NAME=VALUE</c>, percent-encoded.</summary>
    public string? Headers { get; init; }

    /// <summary>The variable TRACEPARENT: the trace that the build is a part of.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Sends one build. A collector that does not take it is a warning (IMG7490).</summary>
    /// <param name="projectFile">Its name is the project's.</param>
    public async Task SendAsync(string projectFile, BuildTimings timings, bool hasFailed, IBuildListener listener, CancellationToken cancellation)
    {
        if (timings.Stages.Count == 0 && !hasFailed)
            return;
        var messages = new OtlpMessages(Path.GetFileNameWithoutExtension(projectFile), timings, hasFailed, TraceContext.Parse(TraceParent));
        using var client = new HttpClient { Timeout = patience };
        try
        {
            await PostAsync("v1/traces", messages.Spans());
            await PostAsync("v1/metrics", messages.Metrics());
        }
        catch (Exception exception) when (exception is HttpRequestException || exception is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            var why = exception is HttpRequestException ? exception.Message : $"no answer within {patience.TotalSeconds} s";
            listener.Report(new(DiagnosticSeverity.Warning, "IMG7490",
                $"{Endpoint.GetLeftPart(UriPartial.Authority)} (ImageTelemetryEndpoint) did not take the build's traces and metrics: {why}", projectFile));
        }

        async Task PostAsync(string path, byte[] message)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(Endpoint.AbsoluteUri.TrimEnd('/') + "/"), path)) { Content = new ByteArrayContent(message) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in ParseHeaders(Headers))
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request, cancellation);
            response.EnsureSuccessStatusCode();
        }
    }

    static IEnumerable<(string Name, string Value)> ParseHeaders(string? text) =>
        from part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
        let sign = part.IndexOf('=')
        where sign > 0
        select (Uri.UnescapeDataString(part[..sign].Trim()), Uri.UnescapeDataString(part[(sign + 1)..].Trim()));
}
