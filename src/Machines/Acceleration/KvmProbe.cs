using System.Diagnostics;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Machines.Acceleration;

/// <summary>
/// Finds out whether KVM runs code. That the device is there says little: inside some virtual machines it can be opened, but
/// then QEMU fails, or every instruction is emulated and a kernel never comes up.
/// </summary>
static class KvmProbe
{
    /// <summary>Far more than a processor needs, on a machine with other work too.</summary>
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    /// <returns>Null where KVM works, otherwise why it is not used.</returns>
    public static string? Try(QemuProgram qemu, string cpu = "host") => Run(qemu, "kvm", cpu);

    /// <summary>Runs the payload.</summary>
    internal static string? Run(QemuProgram qemu, string accelerator, string cpu)
    {
        var directory = Directory.CreateTempSubdirectory("imagesdk-kvm-").FullName;
        try
        {
            var firmware = Path.Combine(directory, "payload");
            File.WriteAllBytes(firmware, KvmPayload.Make());
            var start = new ProcessStartInfo(qemu.Path) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
            string[] arguments =
            [
                "-machine", "q35", "-accel", accelerator, "-cpu", cpu, "-m", "16", "-nodefaults", "-display", "none", "-no-reboot",
                "-device", KvmPayload.ExitDevice, "-bios", firmware,
            ];
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(patience))
            {
                process.Kill();
                process.WaitForExit();
                return "it runs code far too slowly";
            }
            if (process.ExitCode == KvmPayload.ExitCode)
                return null;
            var said = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return said is null ? $"QEMU ended with {process.ExitCode}" : $"QEMU says: {said[(said.IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim()}";
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
