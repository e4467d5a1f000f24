using System.Diagnostics;
using System.Text.Json;
using ImageSdk.Machines.Qemu;
using ImageSdk.Machines.Running;
using ImageSdk.Tests;

namespace ImageSdk.Machines.Tests;

/// <summary>The program that dotnet run starts, with its console on pipes.</summary>
public sealed class MachineProgramTests : IDisposable
{
    static readonly string program = typeof(MachineRun).Assembly.Location;

    readonly BootSector sector = new();

    public void Dispose() => sector.Dispose();

    ProcessStartInfo Command(params string[] more)
    {
        var run = new MachineRun(
            "x.imgproj", "x", new("amd64", "q35", MachineFirmware.Bios, 64 << 20, 1, sector.Disk()), [new(Free(), 80)], ["-name", "of the project"], sector.Folder);
        var file = Path.Combine(sector.Folder, "run.json");
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(run, MachineRunJson.Default.MachineRun));
        // Whoever runs the tests in the background has them ignore Ctrl-C, and so would the program.
        return new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", "exec", program, "run", file, "--", .. more])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
    }

    static ushort Free()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return (ushort)((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [QemuFact]
    public void A_machine_that_switches_itself_off_ends_with_zero_and_leaves_the_disk_as_it_was()
    {
        sector.Console("hello from the machine\n").PowerOff();
        var disk = File.ReadAllBytes(sector.Disk());
        using var process = Process.Start(Command())!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("hello from the machine", output);
        Assert.Contains("Booting x on q35 with BIOS", process.StandardError.ReadToEnd());
        Assert.Equal(disk, File.ReadAllBytes(sector.Disk()));
    }

    [QemuFact]
    public void Ctrl_A_X_ends_the_machine()
    {
        sector.Console("up\n");
        using var process = Process.Start(Command())!;
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("up"))
        {
        }
        process.StandardInput.Write("\u0001x");
        process.StandardInput.Flush();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.False(ProcessList.HasOneWith(sector.Folder));
    }

    [QemuFact]
    public void Arguments_of_the_command_line_reach_QEMU()
    {
        using var process = Process.Start(Command("-no-such-option"))!;
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("-no-such-option", process.StandardError.ReadToEnd());
    }

    [QemuTheory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public void A_signal_leaves_no_machine(string signal, int exitCode)
    {
        sector.Console("up\n");
        using var process = Process.Start(Command())!;
        while (process.StandardOutput.ReadLine() is { } line && !line.Contains("up"))
        {
        }
        Process.Start("kill", ["-s", signal, process.Id.ToString()]).WaitForExit();
        process.WaitForExit();
        Assert.Equal(exitCode, process.ExitCode);
        Assert.True(SpinWait.SpinUntil(() => !ProcessList.HasOneWith(sector.Folder), TimeSpan.FromSeconds(10)));
    }

    [QemuFact]
    public void Without_QEMU_the_error_names_the_package()
    {
        var start = Command();
        // It looks into the usual folders too: this one has no programs.
        string[] withoutPrograms = ["--user", "--map-root-user", "--mount", "/bin/sh", "-c", "mount -t tmpfs none /usr/bin && exec \"$@\"", "sh", Environment.ProcessPath!];
        string[] arguments = [.. withoutPrograms, .. start.ArgumentList.Skip(2)];
        start.FileName = "/usr/bin/unshare";
        start.ArgumentList.Clear();
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        var error = process.StandardError.ReadToEnd();
        Assert.Contains("x.imgproj : error IMG6050: ", error);
        Assert.Contains("apt-get install qemu-system-x86", error);
        Assert.DoesNotContain("   at ", error);
    }
}

sealed class QemuTheoryAttribute : CountedTheoryAttribute
{
    public QemuTheoryAttribute() => Skip = new QemuFactAttribute().Skip;
}
