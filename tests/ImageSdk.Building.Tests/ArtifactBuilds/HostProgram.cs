using System.Diagnostics;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.ArtifactBuilds;

/// <summary>Runs the programs that read artifacts back.</summary>
static class HostProgram
{
    public static bool IsInstalled(string program) =>
        new[] { "/usr/bin", "/usr/sbin", "/bin", "/sbin" }.Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <returns>What it printed; an exit code other than 0 fails the test.</returns>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TZ"] = "UTC";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{errors.Result}\n{output}");
        return output;
    }
}

/// <summary>A test that builds real images and reads artifacts with a program of the host.</summary>
sealed class ArtifactFactAttribute : FactAttribute
{
    public ArtifactFactAttribute(params string[] programs) => Skip =
        TestHost.WhyNot ?? (programs.FirstOrDefault(program => !HostProgram.IsInstalled(program)) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null);
}

/// <summary>A test of several cases that has the kernel fill file systems, in mounts of its own.</summary>
sealed class MountTheoryAttribute : CountedTheoryAttribute
{
    public MountTheoryAttribute() => Skip = TestHost.WhyNot ?? (Environment.IsPrivilegedProcess ? null : "needs to mount file systems, as root");
}
