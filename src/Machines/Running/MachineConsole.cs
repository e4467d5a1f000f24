using System.Runtime.InteropServices;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.Acceleration;
using ImageSdk.Machines.Qemu;
using ImageSdk.Posix;

namespace ImageSdk.Machines.Running;

/// <summary>
/// Boots a machine whose serial console is this terminal. QEMU itself reads and writes the terminal, raw, so that every key but
/// Ctrl-A reaches the machine; this program only watches over it.
/// </summary>
public static class MachineConsole
{
    /// <summary>What a shell makes of a signal.</summary>
    const int SignalExit = 128;

    static readonly TimeSpan parentInterval = TimeSpan.FromSeconds(1);

    /// <param name="arguments">More for QEMU, from the command line.</param>
    /// <returns>Exit code: 0 where the machine was switched off.</returns>
    /// <exception cref="BuildException">Something that it needs is missing.</exception>
    public static int Run(MachineRun run, IReadOnlyList<string> arguments)
    {
        var program = QemuProgram.Find(run.Machine.Architecture, run.ProjectFile);
        var firmware = run.Machine.Firmware == MachineFirmware.Uefi ? UefiFirmware.Find(run.Machine.Architecture, run.ProjectFile) : null;
        if (!File.Exists(run.Machine.Disk))
            throw new BuildException("IMG6053", $"The disk {run.Machine.Disk} is not there. Build the project, or run without the option that skips the build.", run.ProjectFile);
        var (accelerator, reason) = new AcceleratorChoice(run.CacheDirectory).For(program);
        var (name, firmwareName) = (run.Machine.Machine, run.Machine.Firmware == MachineFirmware.Uefi ? "UEFI" : "BIOS");
        var speed = accelerator == Accelerator.Kvm ? "KVM" : $"without KVM: {reason}";
        Console.Error.WriteLine($"Booting {run.Name} on {name} with {firmwareName}, {speed}. Ctrl-A X ends it.");
        return Watch(program, [.. QemuArguments.For(run.Machine, firmware, accelerator, run.Ports), "-serial", "mon:stdio", .. run.Arguments, .. arguments]);
    }

    static int Watch(QemuProgram program, IReadOnlyList<string> arguments)
    {
        var terminal = Terminal.Remember();
        var parent = Processes.ParentId;
        using var qemu = QemuProcess.Start(program.Path, arguments, redirect: false);
        var signalled = 0;
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            signalled = SignalExit + context.Signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGHUP => 1, _ => 15 };
            qemu.Kill();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        try
        {
            while (!qemu.Exit.Wait(parentInterval))
                if (Processes.ParentId != parent)
                    qemu.Kill(); // Whoever wanted the machine is gone.
            return signalled != 0 ? signalled : qemu.Exit.Result;
        }
        finally
        {
            terminal?.Restore();
        }
    }
}
