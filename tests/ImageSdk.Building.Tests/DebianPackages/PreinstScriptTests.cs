using System.Diagnostics;
using ImageSdk.Debian.Bootstrapping;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Pre-installation scripts find in their environment what their package says, whatever that is to a shell.</summary>
public sealed class PreinstScriptTests : IDisposable
{
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk it's $HOME ");

    public void Dispose() => directory.Delete(recursive: true);

    [Theory]
    [InlineData("tool", "amd64", "1.22.6", "unsafe-io")]
    [InlineData("a'b", "$(touch made)", "1;touch made", "`touch made`")]
    [InlineData("with blank", "", "\"1\"", "a\\b|c&d")]
    public void Scripts_get_what_their_package_says(string package, string architecture, string version, string forces)
    {
        Add("tmp.ci.0", "printf '%s\\n' \"$PWD\" \"$1\" \"$DPKG_MAINTSCRIPT_PACKAGE\" \"$DPKG_MAINTSCRIPT_ARCH\" \"$DPKG_RUNNING_VERSION\" \"$DPKG_FORCE\" \"$DPKG_ADMINDIR\"");
        var script = new PreinstScript(directory.FullName, version, forces);
        script.Run(package, architecture, "tmp.ci.0");
        var (exitCode, said) = Run(script);
        Assert.Equal((0, string.Join('\n', "/", "install", package, architecture, version, forces, directory.FullName, "")), (exitCode, said));
        Assert.Empty(directory.EnumerateFileSystemInfos());
    }

    [Fact]
    public void The_first_script_that_fails_is_the_last_and_named()
    {
        Add("tmp.ci.0", "exit 3");
        Add("tmp.ci.1", "echo too far");
        var script = new PreinstScript(directory.FullName, "1.22.6", "");
        script.Run("it's", "amd64", "tmp.ci.0");
        script.Run("other", "amd64", "tmp.ci.1");
        Assert.Equal((1, "The script preinst of it's failed.\n"), Run(script));
    }

    void Add(string folder, string commands)
    {
        var file = Path.Combine(directory.CreateSubdirectory(folder).FullName, "preinst");
        File.WriteAllText(file, $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(file, (UnixFileMode)Permissions.Program);
    }

    (int ExitCode, string Said) Run(PreinstScript script)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script.ToString()]) { RedirectStandardOutput = true, WorkingDirectory = directory.FullName })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
