using System.Runtime.InteropServices;
using ImageSdk.Machines.Qemu;
using ImageSdk.Posix;

namespace ImageSdk.Machines.Acceleration;

/// <summary>KVM where it runs code of the machine's architecture, QEMU's own translation otherwise.</summary>
/// <param name="cacheDirectory">Where what was found is kept, so that finding out costs nothing the next time.</param>
sealed class AcceleratorChoice(string cacheDirectory)
{
    const string Device = "/dev/kvm";

    /// <returns>The accelerator and, where it is not KVM, why.</returns>
    public (Accelerator Accelerator, string? Reason) For(QemuProgram qemu) =>
        FaultOf(qemu) is { } fault ? (Accelerator.Tcg, fault) : (Accelerator.Kvm, null);

    string? FaultOf(QemuProgram qemu)
    {
        // The payload is code for amd64; ARM machines are not tried yet.
        if (qemu.Architecture != "amd64" || RuntimeInformation.OSArchitecture != Architecture.X64)
            return "KVM is used for amd64 images on amd64 machines only";
        if (!File.Exists(Device))
            return $"there is no {Device}";
        if (!CanOpen())
            return $"{Device} can't be opened by {Environment.UserName} (usermod --append --groups kvm {Environment.UserName} lets him)";
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        var version = qemu.ReadVersion();
        var file = Path.Combine(cacheDirectory, "machines", $"kvm-{Processes.UserId}.json");
        if (KvmAnswer.TryRead(file) is { } known && known.Boot == boot && known.Qemu == version)
            return known.Fault;
        var answer = new KvmAnswer(boot, version, KvmProbe.Try(qemu) is { } fault ? $"{Device} is there but does not work ({fault})" : null);
        answer.Keep(file);
        return answer.Fault;
    }

    static bool CanOpen()
    {
        try
        {
            using var device = File.Open(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
