using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageSdk.Dominator;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Replication;

/// <summary>A server of the original, in a process and directories of its own, without TLS.</summary>
sealed class GoServer : IAsyncDisposable
{
    const UnixFileMode ForAll = (UnixFileMode)0x1FF;

    readonly string directory;
    readonly Process process;
    readonly List<SrpcConnection> connections = [];

    GoServer(string directory, int port, Process process)
    {
        this.directory = directory;
        this.process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<GoServer> StartAsync(int? masterPort = null)
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-go-").FullName;
        foreach (var name in (string[])["", "images", "objects", "log"])
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(directory, name)).FullName, ForAll);
        var port = FindFreePort();
        List<string> words =
        [
            Path.Combine(GoTools.Root!, "imageserver"), $"-portNum={port}", $"-imageDir={directory}/images", $"-objectDir={directory}/objects",
            $"-logDir={directory}/log", "-permitInsecureMode", "-CAfile=", "-certFile=", "-keyFile=", "-generateMissingWebcert", "-srpcUnixSocketPath=",
        ];
        if (masterPort is { } master)
            words.AddRange(["-imageServerHostname=127.0.0.1", $"-imageServerPortNum={master}"]);
        // It refuses to run as root.
        if (Environment.IsPrivilegedProcess)
            words.InsertRange(0, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
        var start = new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
        // Else it looks for a machine's metadata service and waits for it.
        start.Environment["http_proxy"] = "http://127.0.0.1:1";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new GoServer(directory, port, process);
        await server.WaitAsync();
        return server;
    }

    public async Task<ImageServerClient> ConnectImagesAsync() => new(await ConnectAsync());

    public async Task<SrpcConnection> ConnectAsync()
    {
        var connection = await new SrpcDialer(SrpcClientOptions.Default).ConnectAsync(new("127.0.0.1", Port));
        connections.Add(connection);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    async Task WaitAsync()
    {
        for (var left = 600; ; left--)
        {
            try
            {
                await ConnectAsync();
                return;
            }
            catch (SrpcException) when (left > 0 && !process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
