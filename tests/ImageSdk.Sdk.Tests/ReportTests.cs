using System.Net;
using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What a build says at its end.</summary>
[Trait("Category", "Image")]
public sealed class ReportTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public void Dispose() => folder.Dispose();

    [SandboxFact]
    public void Capabilities_beyond_the_default_are_told()
    {
        const string line = "tiny: commands had capabilities beyond the default: NET_ADMIN, SYS_PTRACE";
        TinyImage.Write(folder, properties: "<ImageCapabilities>sys_ptrace;CAP_CHOWN;NET_ADMIN</ImageCapabilities>");
        Assert.Contains(line, folder.Build().Succeeded().Lines);
        // Nothing ran, and nothing had any.
        Assert.DoesNotContain(line, folder.Build().Succeeded().Output);
        Assert.DoesNotContain("capabilities", folder.Build("-p:ImageCapabilities=CHOWN").Succeeded().Output);
    }

    [SandboxFact]
    public void A_collector_gets_the_stages_of_builds_that_did_something_or_failed()
    {
        using var collector = new Collector();
        TinyImage.Write(folder);
        var property = $"-p:ImageTelemetryEndpoint={collector.Address}";
        folder.Build(property).Succeeded();
        Assert.Equal(["/v1/traces", "/v1/metrics"], collector.Requests.Select(request => request.Path));
        var spans = Spans(collector.Requests[0].Body);
        var build = Assert.Single(spans, span => span.GetProperty("name").GetString() == "build tiny");
        Assert.False(build.TryGetProperty("parentSpanId", out _));
        var stage = Assert.Single(spans, span => span.GetProperty("name").GetString() == "UnpackSourceImage");
        Assert.Equal(build.GetProperty("spanId").GetString(), stage.GetProperty("parentSpanId").GetString());
        Assert.All(spans, span => Assert.Equal(build.GetProperty("traceId").GetString(), span.GetProperty("traceId").GetString()));
        Assert.All(spans, span => Assert.InRange(Nanoseconds(span, "startTimeUnixNano"), Nanoseconds(build, "startTimeUnixNano"), Nanoseconds(build, "endTimeUnixNano")));
        Assert.DoesNotContain(Environment.MachineName, collector.Requests[0].Body);
        Assert.DoesNotContain(folder.Path, collector.Requests[0].Body);
        Assert.Contains("imagesdk.stage.duration", collector.Requests[1].Body);

        collector.Requests.Clear();
        folder.Build(property).Succeeded();
        Assert.Empty(collector.Requests);

        folder.Program("scripts/fail", "#!/bin/sh\nexit 3\n");
        Assert.NotEqual(0, folder.Build(property).ExitCode);
        spans = Spans(collector.Requests[0].Body);
        Assert.Equal(["RunScripts", "build tiny"], spans.Where(span => span.TryGetProperty("status", out _)).Select(span => span.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    [SandboxFact]
    public void A_collector_that_is_not_there_is_a_warning_and_a_wrong_address_an_error()
    {
        TinyImage.Write(folder);
        var result = folder.Build("-p:ImageTelemetryEndpoint=http://localhost:1");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("tiny.imgproj : warning IMG7490: http://localhost:1 (ImageTelemetryEndpoint) did not take", result.Output);
        result = folder.Build("-p:ImageTelemetryEndpoint=localhost");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("tiny.imgproj : error IMG1906", result.Output);
        Assert.Contains("ImageTelemetryEndpoint", result.Output);
    }

    static List<JsonElement> Spans(string body) =>
        [.. JsonDocument.Parse(body).RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans").EnumerateArray()];

    static long Nanoseconds(JsonElement span, string name) => long.Parse(span.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Takes what is sent, and keeps it.</summary>
    sealed class Collector : IDisposable
    {
        readonly HttpListener listener = new();

        public Collector()
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://localhost:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            listener.Prefixes.Add(Address);
            listener.Start();
            _ = Task.Run(async () =>
            {
                while (listener.IsListening)
                {
                    var context = await listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    Requests.Add((context.Request.Url!.AbsolutePath, await reader.ReadToEndAsync()));
                    context.Response.Close();
                }
            });
        }

        public string Address { get; }

        public List<(string Path, string Body)> Requests { get; } = [];

        public void Dispose() => listener.Close();
    }
}
