using System.Diagnostics;
using System.Text;

namespace ImageSdk.Building.Tests.Disks;

/// <summary>A machine of QEMU's without acceleration, and a user at its serial line.</summary>
sealed class BootingMachine : IDisposable
{
    public const string UefiFirmware = "/usr/share/ovmf/OVMF.fd";

    static readonly TimeSpan patience = TimeSpan.FromMinutes(8);

    readonly Process process;
    readonly StringBuilder seen = new();
    readonly Task reading;

    public BootingMachine(bool uefi, params string[] medium)
    {
        process = Process.Start(new ProcessStartInfo("qemu-system-x86_64",
        [
            "-accel", "tcg", "-m", "1024", "-display", "none", "-monitor", "none", "-serial", "stdio", "-nic", "none", "-no-reboot",
            .. uefi ? new[] { "-bios", UefiFirmware } : [], .. medium,
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        reading = Task.Run(async () =>
        {
            var buffer = new char[4096];
            for (int count; (count = await process.StandardOutput.ReadAsync(buffer)) > 0;)
                lock (seen)
                    seen.Append(buffer, 0, count);
        });
    }

    public async Task WaitForAsync(string text)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            var shown = Shown;
            if (shown.Contains(text, StringComparison.Ordinal))
                return;
            if (shown.Contains("Kernel panic - not syncing", StringComparison.Ordinal))
                throw new KernelPanicException(shown[Math.Max(0, shown.Length - 3000)..]);
            Assert.True(!reading.IsCompleted && clock.Elapsed < patience, $"\"{text}\" did not come:\n{shown[Math.Max(0, shown.Length - 3000)..]}");
        }
    }

    public void Type(string text)
    {
        process.StandardInput.Write(text);
        process.StandardInput.Flush();
    }

    string Shown
    {
        get
        {
            lock (seen)
                return seen.ToString();
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

/// <summary>The machine's kernel gave up; on a busy host that comes of timers that are late.</summary>
sealed class KernelPanicException(string console) : Exception($"The machine's kernel panicked:\n{console}");
