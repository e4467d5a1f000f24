using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace ImageSdk.Hosting.Tests;

/// <summary>The daemon of docs/contributing/add-a-daemon.md as a process, started as systemd starts it.</summary>
sealed class RunningDaemon : IAsyncDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    readonly Process process;
    readonly Notifications notifications;
    readonly string directory;

    RunningDaemon(Process process, Notifications notifications, string directory, int port)
    {
        this.process = process;
        this.notifications = notifications;
        this.directory = directory;
        Port = port;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = patience };
    }

    public int Port { get; }

    public HttpClient Client { get; }

    /// <summary>What is mapped into the process, assemblies among it.</summary>
    public string Maps => File.ReadAllText($"/proc/{process.Id}/maps");

    public string LogDirectory => Path.Combine(directory, "log");

    public static ProcessStartInfo Command(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ImageSdk.Hosting.Template.dll"), .. words])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return start;
    }

    public static async Task<RunningDaemon> StartAsync(params string[] words)
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-daemon-").FullName;
        var address = Path.Combine(directory, "notify");
        var notifications = new Notifications(address);
        var start = Command(["-allowRoot", "-CAfile=", "-permitInsecureMode", "-portNum=0", "-listenAddress=127.0.0.1", $"-logDir={directory}/log", .. words]);
        start.Environment["NOTIFY_SOCKET"] = address;
        start.Environment["WATCHDOG_USEC"] = "200000";
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEndAsync();
        var ready = notifications.WaitForAsync("READY=1");
        if (await Task.WhenAny(ready, process.WaitForExitAsync(), Task.Delay(patience)) != ready)
        {
            process.Kill();
            throw new InvalidOperationException($"the daemon did not start: {await errors}");
        }
        var port = int.Parse((await ready).Split("port ")[1]);
        return new(process, notifications, directory, port);
    }

    public Task<string> NotifiedAsync(string text) => notifications.WaitForAsync(text);

    /// <summary>Sends SIGTERM and returns the exit status.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(patience);
        return process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        process.Kill();
        process.Dispose();
        Client.Dispose();
        notifications.Dispose();
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>What a service manager is told; read all the time, as one does.</summary>
    sealed class Notifications : IDisposable
    {
        readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        readonly List<string> received = [];

        public Notifications(string address)
        {
            socket.Bind(new UnixDomainSocketEndPoint(address));
            _ = ReceiveAsync();
        }

        public async Task<string> WaitForAsync(string text)
        {
            for (var until = DateTime.UtcNow + patience; DateTime.UtcNow < until; await Task.Delay(20))
                lock (received)
                    if (received.Find(message => message.Contains(text)) is { } found)
                        return found;
            throw new TimeoutException($"the service manager was not told {text}");
        }

        async Task ReceiveAsync()
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                {
                    var length = await socket.ReceiveAsync(buffer);
                    lock (received)
                        received.Add(Encoding.UTF8.GetString(buffer, 0, length));
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
