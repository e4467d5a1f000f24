using System.Diagnostics;

namespace ImageSdk.Imaginator.Tests.Hosting;

public sealed class UnitTests
{
    const string Verifier = "/usr/bin/systemd-analyze";

    sealed class VerifierFactAttribute : FactAttribute
    {
        public VerifierFactAttribute()
        {
            if (!File.Exists(Verifier))
                Skip = "needs systemd-analyze (Debian's package systemd)";
        }
    }

    [VerifierFact]
    public async Task Systemd_has_nothing_to_say_of_the_unit()
    {
        using var folder = new Folder();
        var unit = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "imaginator.service"));
        const string Program = "/usr/local/lib/imaginator/imaginator";
        Assert.Contains($"ExecStart={Program}\n", unit, StringComparison.Ordinal);
        // It looks for the program, too, which only a site has there.
        var file = folder.Write("imaginator.service", unit.Replace(Program, "/bin/true", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo(Verifier, ["verify", "--man=no", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        // What else is installed on the machine has units of its own.
        Assert.Equal((0, ""), (process.ExitCode, string.Join('\n', said.Split('\n').Where(line => line.Contains("imaginator", StringComparison.Ordinal)))));
    }
}
