using System.Diagnostics;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;
using ImageSdk.Tests;

namespace ImageSdk.Cli.Tests;

/// <summary>The tool as a process of its own.</summary>
public class ProcessTests
{
    [Fact]
    public void Output_errors_and_exit_codes_reach_the_caller()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal((0, $"{SampleStore.First}\n{SampleStore.Second}\n", ""), Start(sample, "list"));
        var (exitCode, output, error) = Start(sample, "show", "nothing");
        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("imagesdk: error IMG7103: ", error);
        Assert.Equal(1, Start(sample, "diff", SampleStore.First, SampleStore.Second).ExitCode);
        var files = Start(sample, "show", SampleStore.First, "--files");
        Assert.Equal((0, ""), (files.ExitCode, files.Error));
        Assert.Contains("/etc/link -> hello\n", files.Output);
        Assert.StartsWith("{\n", Start(sample, "show", SampleStore.First, "--json").Output);
    }

    [Fact]
    public void A_signal_ends_unpacking_and_leaves_nothing()
    {
        using var sample = SampleStore.WithTwoImages();
        // A file that takes a while, and hardly any of the disk before the signal comes.
        const long Long = 1L << 30;
        var image = SampleImage.Make(sample.Store.Objects);
        var builder = new FileSystemBuilder(image.FileSystem!);
        var file = SampleImage.File(sample.Store.Objects, "long");
        using (var content = File.OpenWrite(sample.Store.Objects.GetPath(file.Hash)))
            content.SetLength(Long);
        builder.Add("/a", file with { Size = Long });
        builder.Remove("/dev/null");
        sample.Store.Images.Add("long", image with { FileSystem = builder.Build() });
        using var process = Process.Start(Command(sample, "get", "long", sample.Temporary["out"]))!;
        for (var clock = Stopwatch.StartNew(); !process.HasExited && sample.Temporary.Names() is not [_, _]; Thread.Yield())
            Assert.True(clock.Elapsed < Wait.Patience, "it neither begins nor ends");
        using (var kill = Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]))
            kill.WaitForExit();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Contains("imagesdk: cancelled\n", error);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal(["store"], sample.Temporary.Names());
    }

    [Fact]
    public void The_working_directory_is_filled_in_place_or_left_as_it_was()
    {
        using var sample = new SampleStore();
        var image = SampleImage.Make(sample.Store.Objects);
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Remove("/dev/null");
        sample.Store.Images.Add("plain", image with { FileSystem = builder.Build() });
        var output = sample.Temporary["out"];
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(output, Mode);
        var inside = sample.Store.Objects.GetPath(ObjectHash.Of("inside"u8));
        File.WriteAllText(inside, "INSIDE");
        var failed = StartIn(output, sample, "get", "plain", ".");
        Assert.Equal(2, failed.ExitCode);
        Assert.Contains("imagesdk: error IMG7108: ", failed.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(output));
        Assert.Equal(Mode, File.GetUnixFileMode(output));
        File.WriteAllText(inside, "inside");
        Assert.Equal(0, StartIn(output, sample, "get", "plain", ".").ExitCode);
        Assert.True(File.Exists(Path.Combine(output, "etc/hello")));
        Assert.Contains("IMG7106", StartIn(output, sample, "get", "plain", ".", "--force").Error);
        Assert.Equal(["out", "store"], sample.Temporary.Names());
    }

    static (int ExitCode, string Output, string Error) Start(SampleStore sample, params string[] arguments) =>
        StartIn(sample.Temporary.FullName, sample, arguments);

    static (int ExitCode, string Output, string Error) StartIn(string directory, SampleStore sample, params string[] arguments)
    {
        var command = Command(sample, arguments);
        command.WorkingDirectory = directory;
        using var process = Process.Start(command)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    static ProcessStartInfo Command(SampleStore sample, params string[] arguments) => new(
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
        [typeof(CommandLineTool).Assembly.Location, "--store", sample.Temporary["store"], .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
