using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ImageSdk.Hosting;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageBuilder.Hosting;
using ImageSdk.ImageBuilder.Options;

namespace ImageSdk.ImageBuilder.Tests;

/// <summary>An image builder on a port and a directory of its own.</summary>
sealed class TestBuilder : IAsyncDisposable
{
    readonly ImageBuilderOptions options;
    readonly ServerLog log;
    readonly bool withEngine;
    DaemonHost<ImageBuilderDaemon>? host;

    TestBuilder(ImageBuilderOptions options, Folder folder, bool withEngine)
    {
        (this.options, Folder, this.withEngine) = (options, folder, withEngine);
        log = new(options, TimeProvider.System);
    }

    public Folder Folder { get; }

    public FakeEngine Engine { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    public IReadOnlyList<string> LogLines => log.LastLines;

    public ImageBuilderDaemon Daemon => host!.Daemon;

    public static async Task<TestBuilder> StartAsync(Action<ImageBuilderOptions, Folder>? configure = null, bool withEngine = false)
    {
        var folder = new Folder();
        var options = new ImageBuilderOptions
        {
            AuthoritiesFile = "", PermitInsecureMode = true, ListenAddress = IPAddress.Loopback.ToString(), LogDirectory = "", Port = 0, UnixSocketPath = "",
            StateDirectory = folder["state"], CancelInterval = TimeSpan.FromMilliseconds(300),
        };
        configure?.Invoke(options, folder);
        var builder = new TestBuilder(options, folder, withEngine);
        try
        {
            await builder.StartAsync();
            return builder;
        }
        catch
        {
            // Tests of daemons that do not start.
            folder.Dispose();
            throw;
        }
    }

    public async Task StartAsync()
    {
        host = await DaemonHost<ImageBuilderDaemon>.StartAsync(options, log, TimeProvider.System, resources => ImageBuilderDaemon.Open(resources, withEngine ? null : Engine));
        options.Port = (ushort)host.Port;
        Http = new() { BaseAddress = new($"http://127.0.0.1:{host.Port}") };
    }

    public async Task StopAsync()
    {
        Http.Dispose();
        if (host is not null)
            await host.DisposeAsync();
        host = null;
    }

    /// <summary>Starts it as a process of its own, which tests kill, over the same directories and on the same port.</summary>
    /// <param name="environment">Variables that it gets.</param>
    public async Task<KilledProcess> HandOverAsync(params (string Name, string Value)[] environment)
    {
        await StopAsync();
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "imagesdk-image-builder.dll"), "-permitInsecureMode", "-CAfile=", $"-portNum={options.Port}", $"-listenAddress={options.ListenAddress}", "-srpcUnixSocketPath=",
            $"-stateDir={options.StateDirectory}", $"-cacheDir={options.CacheDirectory}", "-logDir=", $"-amqpUri={options.AmqpUri}", $"-requestQueue={options.RequestQueue}", $"-format={options.Format}",
            $"-formatOptions={options.FormatOptions}", $"-concurrentBuilds={options.ConcurrentBuilds}", $"-hostPorts={string.Join(',', options.HostPorts)}", $"-archivesFile={options.ArchivesFile}", $"-launchpadAddress={options.LaunchpadAddress}", $"-ppaServer={options.PpaServer}", $"-keyServer={options.KeyServer}",
            $"-imageDestination={options.ImageDestination}", $"-dataStore={options.DataStore}",
        ]);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = new KilledProcess(Process.Start(start)!);
        Http = new() { BaseAddress = new($"http://127.0.0.1:{options.Port}") };
        await Wait.UntilAsync(async () =>
        {
            try
            {
                return (await Http.GetAsync(new Uri("/healthz", UriKind.Relative))).IsSuccessStatusCode;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                return false;
            }
        });
        return process;
    }

    /// <summary>A process that ends by SIGKILL.</summary>
    public sealed class KilledProcess(Process process) : IAsyncDisposable
    {
        public bool HasExited => process.HasExited;

        public int Id => process.Id;

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>A request as the original's documentation has it.</summary>
    public static Dictionary<string, object?> Request(string package = "libfoo", string url = "http://127.0.0.1:1/trusty.img") => new()
    {
        ["base_image"] = new Dictionary<string, object> { ["image_type"] = "cloud", ["url_list"] = new[] { url }, ["series"] = "trusty" },
        ["ppa_list"] = new[] { "ppa:project/ppaname" },
        ["package_list"] = new[] { package },
        ["progress_trigger"] = "",
        ["ticket_id"] = "1",
        ["cancel_url"] = null,
    };

    public Task<HttpResponseMessage> PostAsync(object request, string path = "/api/v1/build_image/") =>
        Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(request as string ?? JsonSerializer.Serialize(request), Encoding.UTF8, "application/json"));

    /// <returns>Its id.</returns>
    public async Task<long> SubmitAsync(object request)
    {
        using var answer = await PostAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    }

    public Task<JsonElement> GetAsync(long id) => GetAsync($"/api/v1/build_image/{id}");

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    public Task<string> GetLogAsync(long id) => Http.GetStringAsync(new Uri($"/api/v1/build_image/{id}/log", UriKind.Relative));

    public async Task<JsonElement> WaitForEndAsync(long id, TimeSpan? limit = null)
    {
        var last = default(JsonElement);
        await Wait.UntilAsync(async () => StateOf(last = await GetAsync(id)) is "completed" or "failed" or "cancelled", limit, () => $"{last}\n{string.Join('\n', LogLines)}");
        return last;
    }

    public static string StateOf(JsonElement request) => request.GetProperty("state").GetString()!;

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
            await StopAsync();
        log.Dispose();
        Folder.Dispose();
    }
}
