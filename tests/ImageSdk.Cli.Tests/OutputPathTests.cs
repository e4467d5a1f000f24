using System.Diagnostics;
using ImageSdk.Cli.Errors;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Tests;

/// <summary>Commands write into what is no regular file, and replace regular files only.</summary>
public class OutputPathTests
{
    static readonly string[][] Commands =
    [
        ["get-file-in-image", SampleStore.First, "/etc/hello"],
        ["tar", SampleStore.First],
        ["save-to-file", SampleStore.First],
        ["get-archive-data", SampleStore.First],
        ["get-package-list", SampleStore.First],
    ];

    public static TheoryData<string> CommandNames => [.. Commands.Select(command => command[0])];

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task A_pipe_stays_a_pipe(string command)
    {
        using var sample = SampleStore.WithTwoImages();
        var pipe = sample.Temporary["a pipe, é"];
        using (var make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();
        var read = Task.Run(() => File.ReadAllBytes(pipe));
        Assert.Equal((0, ""), Ends(sample, command, pipe));
        var content = await read.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Expected(sample, command), content);
        Assert.Equal(["a pipe, é", "store"], sample.Temporary.Names());
        Assert.Null(new FileInfo(pipe).LinkTarget);
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void A_link_stays_and_its_target_is_replaced(string command)
    {
        using var sample = SampleStore.WithTwoImages();
        var (link, target) = (sample.Temporary["link"], sample.Temporary["below/target"]);
        Directory.CreateDirectory(sample.Temporary["below"]);
        File.CreateSymbolicLink(sample.Temporary["second"], "below/../below/target");
        File.CreateSymbolicLink(link, "second");
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal((0, ""), Ends(sample, command, link));
            Assert.Equal("second", new FileInfo(link).LinkTarget);
            Assert.Equal(Expected(sample, command), File.ReadAllBytes(target));
        }
        Assert.Equal(["target"], Directory.GetFiles(sample.Temporary["below"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public void A_device_is_written_into(string device)
    {
        using var sample = SampleStore.WithTwoImages();
        Directory.CreateDirectory(sample.Temporary["here"]);
        File.CreateSymbolicLink(sample.Temporary["here/device"], device);
        Assert.Equal((0, ""), Ends(sample, "tar", device));
        Assert.Equal((0, ""), Ends(sample, "tar", sample.Temporary["here/device"]));
        Assert.Equal(device, new FileInfo(sample.Temporary["here/device"]).LinkTarget);
        using var opened = File.OpenHandle(device);
        Assert.Equal(FileKind.CharacterDevice, DirectoryHandle.Stat(opened).Kind);
    }

    [Theory]
    [InlineData("/dev/stdout")]
    [InlineData("/dev/fd/1")]
    [InlineData("/proc/self/fd/1")]
    [InlineData("-")]
    public void Standard_output_has_names(string name)
    {
        using var sample = SampleStore.WithTwoImages();
        var before = new FileInfo(name).LinkTarget;
        // Only get-archive-data has a form of its own for "-".
        foreach (var command in Commands.Where(command => name != "-" || command[0] != "get-archive-data"))
            Assert.Equal(Expected(sample, command[0]), sample.Run([.. command, name]).OutputBytes);
        Assert.Equal(before, new FileInfo(name).LinkTarget);
    }

    [Fact]
    public void What_cannot_be_written_is_one_error_and_loses_nothing()
    {
        using var sample = SampleStore.WithTwoImages();
        Directory.CreateDirectory(sample.Temporary["directory"]);
        File.WriteAllText(sample.Temporary["directory/file"], "kept");
        File.CreateSymbolicLink(sample.Temporary["loop"], "loop");
        foreach (var output in new[] { "directory", "directory/", "loop", "none/file", "directory/file/x" })
            sample.Run("tar", SampleStore.First, sample.Temporary[output]).AssertError("IMG7106");
        sample.Run("tar", SampleStore.First, "").AssertError("IMG7106");
        sample.Run("tar", SampleStore.First, "/dev/full").AssertError("IMG7110");
        Assert.Equal("kept", File.ReadAllText(sample.Temporary["directory/file"]));
        Assert.Equal(["directory", "loop", "store"], sample.Temporary.Names());
    }

    static byte[] Expected(SampleStore sample, string command)
    {
        var file = sample.Temporary["expected"];
        Assert.Equal((0, ""), Ends(sample, command, file));
        var content = File.ReadAllBytes(file);
        File.Delete(file);
        Assert.NotEmpty(content);
        return content;
    }

    static (int, string) Ends(SampleStore sample, string command, string output)
    {
        var run = sample.Run([.. Commands.Single(known => known[0] == command), output]);
        Assert.Equal("", run.Output);
        return (run.ExitCode, run.Error);
    }
}
