using System.Diagnostics;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Hosting;

public sealed class UnitTests
{
    const string Verifier = "/usr/bin/systemd-analyze";

    sealed class VerifierTheoryAttribute : CountedTheoryAttribute
    {
        public VerifierTheoryAttribute()
        {
            if (!File.Exists(Verifier))
                Skip = "needs systemd-analyze (Debian's package systemd)";
        }
    }

    [VerifierTheory]
    [InlineData("imaginator.service", "/usr/local/lib/imaginator/imaginator")]
    [InlineData("imagesdk-worker.service", "/usr/local/lib/imaginator/imaginator worker")]
    public async Task Systemd_has_nothing_to_say_of_a_unit(string name, string command)
    {
        using var folder = new Folder();
        var unit = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, name));
        Assert.Contains($"ExecStart={command}\n", unit, StringComparison.Ordinal);
        // It looks for the program, too, which only a site has there.
        var file = folder.Write(name, unit.Replace(command, "/bin/true", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo(Verifier, ["verify", "--man=no", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        // What else is installed on the machine has units of its own.
        Assert.Equal((0, ""), (process.ExitCode, string.Join('\n', said.Split('\n').Where(line => line.Contains(Path.GetFileNameWithoutExtension(name), StringComparison.Ordinal)))));
    }
}
