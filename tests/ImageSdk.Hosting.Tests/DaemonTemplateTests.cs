using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageSdk.Srpc;

namespace ImageSdk.Hosting.Tests;

/// <summary>The code of docs/contributing/add-a-daemon.md is compiled and run as it stands there.</summary>
public class DaemonTemplateTests
{
    [Fact]
    public async Task The_daemon_of_the_page_has_all_that_daemons_have()
    {
        await using var daemon = await RunningDaemon.StartAsync("-greeting=Bonjour", "-interval=100ms");
        Assert.Equal("Bonjour, Anna & Öl!\n", await daemon.Client.GetStringAsync("/greet?who=Anna%20%26%20%C3%96l&output=text"));
        var page = await daemon.Client.GetStringAsync("/");
        Assert.Contains("<h1>Bonjour, world!</h1>", page);
        Assert.Contains("<title>greeter</title>", page);
        Assert.Contains("aria-current=\"page\">Greeting</a>", page);
        Assert.Equal("OK\n", await daemon.Client.GetStringAsync("/healthz"));
        var metrics = await daemon.Client.GetStringAsync("/prometheus");
        Assert.Contains("greeter_greetings_total 2\n", metrics);
        Assert.Contains("process_resident_memory_bytes ", metrics);
        Assert.Equal("\"Bonjour\"\n", await daemon.Client.GetStringAsync("/metrics/proc/flags/greeting?output=text"));
        using var missing = await daemon.Client.GetAsync("/nothing");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("ImageSdk.Hosting.dll", daemon.Maps);
        Assert.DoesNotContain("OpenTelemetry", daemon.Maps);
        Assert.Contains("Greeter.Greet", await daemon.Client.GetStringAsync("/_goSRPC_/listMethods"));

        await using var connection = await new SrpcDialer(new()).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{daemon.Port}"));
        await connection.PingAsync();
        await daemon.NotifiedAsync("WATCHDOG=1");
        Assert.Equal(0, await daemon.StopAsync());
        await daemon.NotifiedAsync("STOPPING=1");
        var log = await File.ReadAllTextAsync(Path.Combine(daemon.LogDirectory, "latest"));
        Assert.Contains("greetings so far", log);
        Assert.Contains("Stopping\n", log);
    }

    [Fact]
    public async Task Its_log_is_followed_as_server_sent_events()
    {
        await using var daemon = await RunningDaemon.StartAsync("-interval=50ms");
        using var answer = await daemon.Client.GetAsync("/logs/follow?include=Service%20ready%7Cso%20far", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var events = new List<string>();
        while (!events.Contains("id: 0"))
            events.Add((await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)))!);
        // What was written before comes first; then new lines, as they are written, with an identity.
        Assert.Contains("Service ready", events[0]);
        Assert.Contains("so far", (await reader.ReadLineAsync())!);
        Assert.Contains("data-follow=\"/logs/follow\"", await daemon.Client.GetStringAsync("/logs/live"));
    }

    [Fact]
    public async Task Its_flags_and_faults_are_told()
    {
        var help = await RunAsync("-help");
        Assert.Equal(0, help.Status);
        Assert.Contains("greeter greets those who ask. Flags:", help.Output);
        foreach (var flag in new[] { "-greeting", "-portNum", "-certFile", "-logQuota", "-telemetryEndpoint" })
            Assert.Contains($"  {flag}", help.Output);
        Assert.Contains("greeter ", (await RunAsync("-version")).Output);
        var wrong = await RunAsync("-interval=soon");
        Assert.Equal((2, true), (wrong.Status, wrong.Output.Contains("invalid value \"soon\" for flag -interval")));
        Assert.Equal(2, (await RunAsync("-telemetryEndpoint=collector")).Status);

        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var refused = await RunAsync("-allowRoot", "-CAfile=", "-permitInsecureMode", "-listenAddress=127.0.0.1", $"-portNum={port}", "-logDir=");
        Assert.Equal((1, true), (refused.Status, refused.Output.Contains($"port {port}")));
    }

    [Fact]
    public async Task Telemetry_goes_to_its_endpoint()
    {
        // A collector that only looks at the paths of OTLP over HTTP.
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        using var listener = new HttpListener();
        listener.Prefixes.Add(address + "/");
        listener.Start();
        var paths = new HashSet<string>();
        var collecting = Task.Run(async () =>
        {
            while (paths.Count < 2)
            {
                var context = await listener.GetContextAsync();
                lock (paths)
                    paths.Add(context.Request.Url!.AbsolutePath);
                context.Response.Close();
            }
        });
        await using (var daemon = await RunningDaemon.StartAsync($"-telemetryEndpoint={address}"))
        {
            await daemon.Client.GetStringAsync("/greet");
            Assert.Contains("OpenTelemetry", daemon.Maps);
            // What was not sent yet is sent at the end.
            Assert.Equal(0, await daemon.StopAsync());
        }
        await collecting.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["/v1/metrics", "/v1/traces"], paths.Order());
    }

    static async Task<(int Status, string Output)> RunAsync(params string[] words)
    {
        using var process = Process.Start(RunningDaemon.Command(words))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, await output + await errors);
    }
}
