using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.Sdk.Tests.Harness;

/// <summary>The program imagesdk-ims, with records and artifacts in a folder of its own.</summary>
sealed partial class RealImageService : IDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-ims-").FullName;
    readonly Process process;

    public RealImageService()
    {
        // It tells a service manager where it listens.
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = (int)patience.TotalMilliseconds };
        var socket = Path.Combine(folder, "notify");
        manager.Bind(new UnixDomainSocketEndPoint(socket));
        var start = new ProcessStartInfo("dotnet",
        [
            Repository.ImageService, "-portNum=0", "-listenAddress=127.0.0.1", "-permitInsecureMode", "-allowRoot", "-logDir=", "-srpcUnixSocketPath=",
            $"-database={Path.Combine(folder, "records.sqlite")}", $"-artifactDir={Path.Combine(folder, "artifacts")}",
        ])
        {
            WorkingDirectory = folder, Environment = { ["NOTIFY_SOCKET"] = socket },
        };
        process = Process.Start(start)!;
        var buffer = new byte[1024];
        Address = $"http://127.0.0.1:{Port().Match(Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer))).Groups[1].Value}";
    }

    public string Address { get; }

    /// <summary>Ends it, as one that is down.</summary>
    public void Stop()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        Stop();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"listening on port (\d+)")]
    private static partial Regex Port();
}
