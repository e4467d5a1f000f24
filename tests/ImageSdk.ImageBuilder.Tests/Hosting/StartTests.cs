using System.Diagnostics;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageBuilder.Hosting;

namespace ImageSdk.ImageBuilder.Tests.Hosting;

public class StartTests
{
    [Fact]
    public void Settings_come_from_files_and_flags()
    {
        using var folder = new Folder();
        folder.Write("default/imagesdk-image-builder", "AMQP_URI=amqp://broker\nREQUEST_QUEUE='images'\nSTATE_DIR=/state\nPERMIT_INSECURE_MODE=true\nPORT=81\nFORMAT=raw\nFORMAT_OPTIONS=FreeSpace=1G\nFILE_ROOTS=/srv/a,/srv/b\n");
        folder.Write("imagesdk-image-builder/flags.default", "hostPorts = 80,8080\n");
        var options = ImageBuilderFlags.Program.Read(["-portNum=82", "-concurrentBuilds=3"], folder.Path);
        Assert.Equal(("amqp://broker", "images", "/state", true, 82, 3, "raw"), (options.AmqpUri, options.RequestQueue, options.StateDirectory, options.PermitInsecureMode, options.Port, options.ConcurrentBuilds, options.Format));
        Assert.Equal("FreeSpace=1G", options.FormatOptions);
        Assert.Equal([80, 8080], options.HostPorts);
        Assert.Equal(["/srv/a", "/srv/b"], options.FileRoots.Order(StringComparer.Ordinal));
        Assert.Equal(8000, ImageBuilderFlags.Program.Read([], folder["nothing"]).Port);
    }

    [Theory]
    [InlineData("-amqpUri=amqp://user:secret@host", "password")]
    [InlineData("-amqpUri=http://host", "amqp:")]
    [InlineData("-concurrentBuilds=0", "1 or more")]
    [InlineData("-requestQueue=x", "needs -amqpUri")]
    [InlineData("-deniedNetworks=10.0.0.0", "no network")]
    public void Settings_that_cannot_be_are_refused(string flag, string why) =>
        Assert.Contains(why, Assert.Throws<FlagException>(() => ImageBuilderFlags.Program.Read([flag], "/nonexistent")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_state_directory_is_used_by_one_daemon()
    {
        await using var first = await TestBuilder.StartAsync();
        var problem = await Assert.ThrowsAsync<IOException>(() => TestBuilder.StartAsync((options, _) => options.StateDirectory = first.Folder["state"]));
        Assert.Contains("is used by another image builder", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_has_nothing_to_say_of_the_unit()
    {
        const string Verifier = "/usr/bin/systemd-analyze";
        if (!File.Exists(Verifier))
            return;
        using var folder = new Folder();
        var unit = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "imagesdk-image-builder.service"));
        const string Program = "/usr/local/lib/imagesdk-image-builder/imagesdk-image-builder";
        Assert.Contains($"ExecStart={Program}\n", unit, StringComparison.Ordinal);
        // It looks for the program, too, which only a site has there.
        var file = folder.Write("imagesdk-image-builder.service", unit.Replace(Program, "/bin/true", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo(Verifier, ["verify", "--man=no", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        // What else is installed on the machine has units of its own.
        Assert.Equal((0, ""), (process.ExitCode, string.Join('\n', said.Split('\n').Where(line => line.Contains("imagesdk-image-builder", StringComparison.Ordinal)))));
    }
}
