using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageSdk.Cli.Errors;
using ImageSdk.Posix;
using ImageSdk.Tests;

namespace ImageSdk.Cli.Tests;

/// <summary>Images of a machine that runs the original's subd.</summary>
public sealed class GoSubTests : IDisposable
{
    readonly SampleStore sample = new();
    readonly int port = FindFreePort();

    string this[string name] => sample.Temporary[name];

    public void Dispose() => sample.Dispose();

    /// <summary>subd binds and mounts what it manages, so it needs root and a mount namespace.</summary>
    sealed class GoSubFactAttribute : FactAttribute
    {
        public GoSubFactAttribute()
        {
            if (GoTools.Root is null || !File.Exists(Path.Combine(GoTools.Root, "subd")) || !Processes.IsRoot)
                Skip = "needs the original's subd (IMAGESDK_GO_TOOLS names its folder) and root";
        }
    }

    [GoSubFact]
    public void A_machine_becomes_an_image_by_way_of_the_original()
    {
        foreach (var directory in (string[])["root/etc", "root/usr/bin"])
            Directory.CreateDirectory(this[directory]);
        File.WriteAllText(this["root/etc/passwd"], "root:x:0:0\n");
        File.WriteAllText(this["root/etc/é b"], "odd");
        File.WriteAllText(this["root/etc/empty"], "");
        File.CreateSymbolicLink(this["root/etc/link"], "passwd");
        Assert.True(HardLink.TryMake(this["root/etc/passwd"], this["root/usr/bin/second"]));
        File.WriteAllBytes(this["root/usr/bin/long"], new byte[5_000_000]);
        Assert.Equal(0, sample.Run("certs", "init", this["site"], "--server", "127.0.0.1").ExitCode);
        Assert.Equal(0, sample.Run("certs", "server", "127.0.0.1", "--site", this["site"], "--name", "subd").ExitCode);
        using var subd = Start();
        try
        {
            WaitForScan();
            var run = Run("adds", "a/1", $"127.0.0.1:{port}");
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
        }
        finally
        {
            subd.Kill(entireProcessTree: true);
            subd.WaitForExit();
        }
        Assert.Equal(0, sample.Run("verify", "--content").ExitCode);
        // The folder of subd is in no image.
        Assert.Equal("", sample.Run("diff", "diff", "a/1", $"d:{this["root"]}").Output);
    }

    CommandRun Run(params string[] arguments) =>
        sample.Run([.. arguments, "--certs", this["site/users/admin"], "--server-ca", this["site/CA.pem"]]);

    Process Start()
    {
        var start = new ProcessStartInfo("unshare", [
            "--mount", Path.Combine(GoTools.Root!, "subd"), $"-rootDir={this["root"]}", $"-portNum={port}", $"-pidfile={this["pid"]}", $"-logDir={this["log"]}",
            $"-configDirectory={this["conf"]}", $"-CAfile={this["site/CA.pem"]}", $"-certFile={this["site/subd/cert.pem"]}", $"-keyFile={this["site/subd/key.pem"]}",
            "-rootDeviceBytesPerSecond=100M", "-defaultScanSpeedPercent=100", "-defaultCpuPercent=100", "-srpcUnixSocketPath=",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        // Else it looks for a machine's metadata service and waits for it.
        start.Environment["http_proxy"] = "http://127.0.0.1:1";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    void WaitForScan()
    {
        for (var left = 300; Run("show", $"s:127.0.0.1:{port}", "--files").ExitCode != 0; left--)
        {
            Assert.True(left > 0, "subd does not answer");
            Thread.Sleep(TimeSpan.FromMilliseconds(200));
        }
    }

    static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
