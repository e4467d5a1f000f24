using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Contracts;

/// <summary>The host's programs that a build uses.</summary>
static class HostPrograms
{
    public static string Bubblewrap { get; } = "/usr/bin/bwrap";

    /// <summary>Starts a program with all its streams connected.</summary>
    /// <param name="package">The Debian package that has the program.</param>
    /// <exception cref="IOException">The program is not installed.</exception>
    public static Process Start(string name, string package, params IReadOnlyList<string> options) => Process.Start(
        new ProcessStartInfo(ProgramPath.Find(name) ?? throw new IOException($"the program {name} is missing: apt-get install {package}"), options)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;

    public static void RequireBubblewrap()
    {
        if (!File.Exists(Bubblewrap))
            throw new BuildException("IMG3002", "The sandbox needs bubblewrap, which is not installed. Install it: apt-get install bubblewrap");
    }
}
