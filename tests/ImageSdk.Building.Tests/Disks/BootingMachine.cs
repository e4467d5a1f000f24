using System.Diagnostics;
using System.Text;

namespace ImageSdk.Building.Tests.Disks;

/// <summary>A machine of QEMU's without acceleration, and a user at its serial line.</summary>
sealed class BootingMachine : IDisposable
{
    public const string UefiFirmware = "/usr/share/ovmf/OVMF.fd";

    public const string SecureCode = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd";
    public const string SecureVariables = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd";
    public const string TestCertificate = "/usr/share/ovmf/PkKek-1-snakeoil.pem";
    public const string TestKey = "/usr/share/ovmf/PkKek-1-snakeoil.key";

    static readonly string[] SecureFirmware =
    [
        "-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on",
        "-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={SecureCode}", "-drive", $"if=pflash,unit=1,format=raw,snapshot=on,file={SecureVariables}",
    ];

    static readonly TimeSpan patience = TimeSpan.FromMinutes(8);

    readonly Process process;
    readonly StringBuilder seen = new();
    readonly Task reading;

    /// <param name="secure">Whether the firmware starts only what is signed by the key that Debian has for tests, <see cref="TestKey"/>.</param>
    public BootingMachine(bool uefi, string[] medium, bool secure = false)
    {
        process = Process.Start(new ProcessStartInfo("qemu-system-x86_64",
        [
            "-accel", "tcg", "-m", "1024", "-display", "none", "-monitor", "none", "-serial", "stdio", "-nic", "none", "-no-reboot",
            .. secure ? SecureFirmware : uefi ? ["-bios", UefiFirmware] : [], .. medium,
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

    /// <param name="panics">Whether the kernel is to give up.</param>
    public async Task WaitForAsync(string text, bool panics = false)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            var shown = Shown;
            if (shown.Contains(text, StringComparison.Ordinal))
                return;
            if (!panics && shown.Contains("Kernel panic - not syncing", StringComparison.Ordinal))
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
