using System.Diagnostics;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Building.Tests.Worker;

/// <summary>What a command sees that someone runs in an unpacked image: here the machine's own root is the image.</summary>
public sealed class InteractiveCommandTests : IDisposable
{
    readonly string scratch = Directory.CreateTempSubdirectory("imagesdk command ü").FullName;

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [ImageFact]
    public void The_callers_environment_stays_outside() => Assert.Equal(
        ["HOME=/", "LOGNAME=root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PWD=/tmp", "USER=root"],
        Run("tr '\\0' '\\n' < /proc/self/environ").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("TERM=", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [ImageFact]
    public void It_has_the_capabilities_and_calls_of_a_builds_commands()
    {
        var status = Run("cat /proc/self/status");
        Assert.Contains("Seccomp:\t2", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        var capabilities = Convert.ToUInt64(status.Split('\n').Single(line => line.StartsWith("CapEff:", StringComparison.Ordinal))[7..].Trim(), 16);
        const int SystemAdministration = 21;
        Assert.Equal(0ul, capabilities >> SystemAdministration & 1);
        Assert.Equal("sh", Run("cat /proc/1/comm").Trim());
    }

    [ImageTheory]
    [InlineData("echo 1 > /proc/sys/vm/drop_caches")]
    [InlineData("echo x > /proc/sysrq-trigger")]
    [InlineData("head -c1 /proc/kcore | grep -q .")]
    [InlineData("mount -t tmpfs none /mnt")]
    [InlineData("mount -o remount,bind,rw /proc/sys")]
    [InlineData("chmod 0600 /dev/null")]
    public void It_does_not_reach_the_machine(string attack) => Assert.Equal("refused", Run($"{{ {attack}; }} 2>&1 > /tmp/output && echo done || echo refused").Trim().Split('\n')[^1]);

    string Run(string script)
    {
        var start = InteractiveCommand.Describe("/", scratch, ["/bin/sh", "-c", script]);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
