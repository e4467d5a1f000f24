using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Machines.Qemu;

/// <summary>The emulator of an architecture, as this machine has it.</summary>
/// <param name="Path">Of the program.</param>
sealed record QemuProgram(string Path, string Architecture)
{
    /// <exception cref="BuildException">IMG6050: it is not installed; IMG6052: there is none for the architecture.</exception>
    public static QemuProgram Find(string architecture, string file)
    {
        var (name, package) = architecture switch
        {
            "amd64" => ("qemu-system-x86_64", "qemu-system-x86"),
            "arm64" => ("qemu-system-aarch64", "qemu-system-arm"),
            _ => throw new BuildException("IMG6052", $"Images of architecture '{architecture}' can't be booted; amd64 and arm64 can. Set RunCommand to a program that boots them.", file),
        };
        return ProgramPath.Find(name) is { } path
            ? new QemuProgram(path, architecture)
            : throw new BuildException("IMG6050", $"Booting an image needs the program \"{name}\", which is not installed. Install it: apt-get install {package}", file);
    }

    /// <summary>What it says of itself: "QEMU emulator version 7.2.22 (Debian …)".</summary>
    public string ReadVersion()
    {
        using var process = Process.Start(new ProcessStartInfo(Path, "--version") { RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadLine();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return line ?? "";
    }
}
