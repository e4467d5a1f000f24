using System.Diagnostics;
using System.Net;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Hosting;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Tests;
using ImageSdk.Imaginator.Hosting;
using ImageSdk.Imaginator.Options;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Tests;

/// <summary>An imaginator and an image server on ports and directories of their own, without TLS unless told otherwise.</summary>
sealed class TestImaginator : IAsyncDisposable
{
    const string NoStreams = "{}";

    readonly List<SrpcConnection> connections = [];
    readonly ImaginatorOptions options;
    readonly ServerLog log;
    DaemonHost<ImaginatorDaemon> host;

    TestImaginator(Folder folder, TestServer server, ImaginatorOptions options)
    {
        (Folder, Server, this.options) = (folder, server, options);
        log = new ServerLog(options, TimeProvider.System);
        host = null!;
    }

    public Folder Folder { get; }

    public TestServer Server { get; }

    /// <summary>What builds in place of the engine; null for the engine.</summary>
    public FakeStreamBuilder? Builder { get; private init; }

    public int Port => host.Port;

    public ImaginatorDaemon Daemon => host.Daemon;

    public string JobsDatabase => options.Jobs.Connection.Length > 0 ? options.Jobs.Connection : Path.Combine(options.StateDirectory, "jobs.db");

    public IReadOnlyList<string> LogLines => log.LastLines;

    public static async Task<TestImaginator> StartAsync(
        string streams = NoStreams, string main = "", bool withEngine = false, Action<ImaginatorOptions, Folder>? configure = null)
    {
        var (folder, server) = (new Folder(), await TestServer.StartAsync());
        var options = new ImaginatorOptions
        {
            AuthoritiesFile = "",
            PermitInsecureMode = true,
            BuildLogDirectory = folder["builds"],
            ConfigurationUrl = folder.Write("conf.json", $"{{{(main.Length > 0 ? main + "," : "")} \"ImageStreamsUrl\": \"{folder.Write("streams.json", streams)}\"}}"),
            ImageRebuildInterval = TimeSpan.Zero,
            ImageServerHost = IPAddress.Loopback.ToString(),
            ImageServerPort = (ushort)server.Port,
            ListenAddress = IPAddress.Loopback.ToString(),
            LogDirectory = "",
            Port = 0,
            StateDirectory = folder["state"],
            ConcurrentBuilds = 2,
        };
        configure?.Invoke(options, folder);
        var imaginator = new TestImaginator(folder, server, options) { Builder = withEngine ? null : new() };
        try
        {
            await imaginator.StartAsync();
            return imaginator;
        }
        catch
        {
            // Tests of daemons that do not start.
            await server.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Stops it and starts it again over its directories.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Stops it and starts it again over other directories, which a restore fills meanwhile.</summary>
    public async Task RestoreAsync(string stateDirectory, string buildLogDirectory, string jobs, Func<Task> restore)
    {
        await StopAsync();
        await restore();
        (options.StateDirectory, options.BuildLogDirectory, options.Jobs.Connection) = (stateDirectory, buildLogDirectory, jobs);
        await StartAsync();
    }

    /// <summary>Stops it and starts it as a process of its own, which tests kill.</summary>
    public async Task<Process> HandOverAsync()
    {
        await StopAsync();
        var process = Process.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "imaginator.dll"), "-permitInsecureMode", "-CAfile=", $"-portNum={options.Port}", $"-listenAddress={options.ListenAddress}", "-srpcUnixSocketPath=",
            $"-configurationUrl={options.ConfigurationUrl}", $"-variablesFile={options.VariablesFile}", $"-stateDir={options.StateDirectory}", "-logDir=", $"-buildLogDir={options.BuildLogDirectory}",
            $"-imageServerHostname={options.ImageServerHost}", $"-imageServerPortNum={options.ImageServerPort}", "-imageRebuildInterval=0s", $"-buildRunner={options.BuildRunner.ToString().ToLowerInvariant()}",
            $"-concurrentBuilds={options.ConcurrentBuilds}", $"-jobsDatabase={options.Jobs.Connection}", $"-leaseTime={options.Jobs.LeaseTime.TotalSeconds}s",
        ]);
        using var http = new HttpClient();
        for (var left = 600; ; left--)
            try
            {
                await http.GetStringAsync(new Uri($"http://127.0.0.1:{options.Port}/healthz"));
                return process;
            }
            catch (HttpRequestException) when (left > 0 && !process.HasExited)
            {
                await Task.Delay(100);
            }
    }

    /// <summary>Starts it again in this process, after the other one was killed.</summary>
    public Task TakeBackAsync() => StartAsync();

    public async Task<ImaginatorClient> ConnectAsync(SrpcClientOptions? client = null)
    {
        var connection = await new SrpcDialer(client ?? new()).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{Port}"));
        connections.Add(connection);
        return new(connection);
    }

    /// <summary>Has an image built.</summary>
    /// <returns>The answer, and the log as it came.</returns>
    public async Task<(BuildImageResponse Response, string Log)> BuildAsync(string stream, Func<BuildImageRequest, BuildImageRequest>? change = null)
    {
        var client = await ConnectAsync();
        using var log = new MemoryStream();
        var request = new BuildImageRequest { StreamName = stream, ExpiresIn = TimeSpan.FromHours(1), StreamBuildLog = true };
        var response = await client.BuildImageAsync(change?.Invoke(request) ?? request, bytes =>
        {
            log.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }).WaitAsync(TimeSpan.FromMinutes(5));
        return (response, Encoding.UTF8.GetString(log.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Server.DisposeAsync();
        log.Dispose();
        Folder.Dispose();
    }

    async Task StartAsync()
    {
        host = await DaemonHost<ImaginatorDaemon>.StartAsync(
            options, log, TimeProvider.System, resources => ImaginatorDaemon.Open(resources, Builder is null ? null : parts =>
            {
                Builder.Server = parts.Server;
                return Builder;
            }));
        options.Port = (ushort)host.Port;
    }

    async Task StopAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
        connections.Clear();
        await host.DisposeAsync();
    }
}
