using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageSdk.ImageServer.Tests;
using ImageSdk.Posix;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests;

/// <summary>The original's imaginator, in a process and a mount namespace of its own, and our image server for it.</summary>
sealed class GoImaginator : IAsyncDisposable
{
    readonly Process process;

    GoImaginator(Folder folder, TestServer server, int port, Process process) =>
        (Folder, Server, Port, this.process) = (folder, server, port, process);

    public Folder Folder { get; }

    public TestServer Server { get; }

    public int Port { get; }

    /// <summary>The directory of certificates of a user who may do all.</summary>
    public string Certificates => Folder["site/users/admin"];

    /// <param name="configure">Writes the files; gives the members of the main configuration.</param>
    public static async Task<GoImaginator> StartAsync(Func<Folder, string> configure)
    {
        var folder = new Folder();
        var members = configure(folder);
        var terms = new CertificateTerms("authority") { NotBefore = DateTimeOffset.UtcNow.AddMinutes(-5), NotAfter = DateTimeOffset.UtcNow.AddDays(1) };
        using var authority = CertificateAuthority.Create(terms);
        var site = new CertificateSite(folder["site"]);
        site.AddAuthority(authority);
        using var daemon = authority.Issue(terms with { Name = "imaginator", Hosts = ["127.0.0.1"], Methods = ["*.*"] });
        using var admin = authority.Issue(terms with { Name = "admin", Methods = ["*.*"] });
        site.AddServer("imaginator", daemon);
        site.AddUser("admin", admin);
        site.Write();
        var server = await TestServer.StartAsync();
        var port = FindFreePort();
        folder.Write("conf.json", $"{{{members}}}");
        var start = new ProcessStartInfo("unshare", [
            "--mount", "--propagation=private", "/bin/sh", "-c", "umask 022; exec \"$@\"", "sh", Path.Combine(GoTools.Root!, "imaginator"), $"-portNum={port}",
            $"-CAfile={folder["site/CA.pem"]}", $"-certFile={folder["site/imaginator/cert.pem"]}", $"-keyFile={folder["site/imaginator/key.pem"]}",
            $"-configurationUrl=file://{folder["conf.json"]}", "-imageServerHostname=127.0.0.1", $"-imageServerPortNum={server.Port}", $"-stateDir={folder["state"]}",
            $"-buildLogDir={folder["builds"]}", $"-logDir={folder["log"]}", "-imageRebuildInterval=0", "-alsoLogToStderr", "-srpcUnixSocketPath=",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        Directory.CreateDirectory(folder["log"]);
        // Else it looks for a machine's metadata service and waits for it.
        start.Environment["http_proxy"] = "http://127.0.0.1:1";
        var process = Process.Start(start)!;
        var said = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var imaginator = new GoImaginator(folder, server, port, process);
        for (var left = 600; !IsListening(port); left--)
        {
            if (left == 0 || process.HasExited)
            {
                await imaginator.DisposeAsync();
                Assert.Fail($"the original's imaginator does not start: {string.Join('\n', said)}");
            }
            await Task.Delay(50);
        }
        return imaginator;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    static bool IsListening(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A test against the original's imaginator, which runs as root only.</summary>
sealed class GoImaginatorFactAttribute : FactAttribute
{
    public GoImaginatorFactAttribute()
    {
        if (GoTools.Root is null || !File.Exists(Path.Combine(GoTools.Root, "imaginator")) || !Processes.IsRoot)
            Skip = "needs the original's imaginator (IMAGESDK_GO_TOOLS names its folder) and root";
    }
}
