using System.CommandLine;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Hosting;

namespace ImageSdk.Cli.Tests;

public class ArgumentTests
{
    [Theory]
    [InlineData("Required command")]
    [InlineData("no command shwo", "shwo", "x")]
    [InlineData("no option --nope", "list", "--nope")]
    [InlineData("no option -x", "get", "-x", "y")]
    [InlineData("IMAGE", "show")]
    [InlineData("one too many", "show", "a", "b")]
    [InlineData("--store", "list", "--store")]
    [InlineData("names no directory", "list", "--image-dir", "")]
    public void Wrong_arguments_are_one_line(string expected, params string[] arguments)
    {
        var run = CommandRun.Start(new RunSettings(), arguments);
        run.AssertError("IMG7101");
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public void An_option_without_its_value_is_one_line_in_every_command()
    {
        var output = new StringWriter();
        var root = CommandLineTool.CreateRoot(new CommandHost(Stream.Null, output), []);
        var count = 0;
        foreach (var (path, command) in All([], root))
            foreach (var option in command.Options.Where(option => option.Arity.MinimumNumberOfValues > 0))
            {
                CommandRun.Start(new RunSettings(), [.. path, option.Name]).AssertError("IMG7101");
                count++;
            }
        Assert.True(count > 50, $"{count} options");
    }

    static IEnumerable<(string[] Path, Command Command)> All(string[] path, Command command) =>
        command.Subcommands.SelectMany(child => All([.. path, child.Name], child)).Prepend((path, command));

    [Theory]
    [InlineData("--help")]
    [InlineData("get", "--help")]
    [InlineData("--version")]
    public void Help_and_version_need_no_store(params string[] arguments)
    {
        var run = CommandRun.Start(new RunSettings(), arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.NotEqual("", run.Output);
    }

    [Theory]
    [InlineData("--diff-args=-q")]
    [InlineData("--diff-args", "-q")]
    [InlineData("--diff-args=-q,--strip-trailing-cr")]
    public void A_value_of_an_option_may_begin_with_a_dash(params string[] options)
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run(["diff", "diff", SampleStore.First, SampleStore.Second, .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("^Files .* differ\n$", run.Output);
    }

    [Fact]
    public void A_misspelt_option_is_no_value_of_one_that_needs_none()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run("show", SampleStore.First, "--sbom", "--fiels").AssertError("IMG7101");
        sample.Run("show", "--files", "--jsno", SampleStore.First).AssertError("IMG7101");
    }

    [Fact]
    public void The_store_is_found_below_the_data_home()
    {
        using var sample = SampleStore.WithTwoImages();
        Directory.CreateDirectory(sample.Temporary["home/.local/share"]);
        Directory.CreateDirectory(sample.Temporary["data"]);
        CommandRun Run(Dictionary<string, string> variables) => CommandRun.Start(new RunSettings { Variables = variables }, "list");
        Run(new() { ["HOME"] = sample.Temporary["home"] }).AssertError("IMG7102");
        Run([]).AssertError("IMG7102");
        Directory.CreateSymbolicLink(sample.Temporary["home/.local/share/imagesdk"], sample.Temporary["store"]);
        Directory.CreateSymbolicLink(sample.Temporary["data/imagesdk"], sample.Temporary["store"]);
        Assert.Equal(2, Run(new() { ["HOME"] = sample.Temporary["home"], ["XDG_DATA_HOME"] = "relative" }).Lines.Length);
        Assert.Equal(2, Run(new() { ["HOME"] = "/nonexistent", ["XDG_DATA_HOME"] = sample.Temporary["data"] }).Lines.Length);
    }

    [Fact]
    public void Directories_of_an_image_server_can_be_named()
    {
        using var sample = SampleStore.WithTwoImages();
        string[] directories = ["--image-dir", sample.Store.Images.Directory, "--object-dir", sample.Store.Objects.Directory];
        Assert.Equal(0, CommandRun.Start(new RunSettings(), ["verify", "--content", .. directories]).ExitCode);
        Assert.Equal(1, CommandRun.Start(new RunSettings(), ["verify", .. directories[..2], "--object-dir", sample.Temporary["none"]]).ExitCode);
        CommandRun.Start(new RunSettings(), "list", "--image-dir", sample.Temporary["none"]).AssertError("IMG7102");
        File.WriteAllText(sample.Temporary["file"], "");
        CommandRun.Start(new RunSettings(), "list", "--image-dir", sample.Temporary["file"]).AssertError("IMG7102");
    }

    [Fact]
    public void An_argument_that_looks_like_an_option_or_a_response_file_is_one()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Store.Images.Add("-x", SampleImage.Make(sample.Store.Objects));
        sample.Store.Images.Add("@x", SampleImage.Make(sample.Store.Objects));
        Assert.Equal("-x\n", sample.Run("list", "--", "-x").Output);
        Assert.Equal("@x\n", sample.Run("list", "@x").Output);
    }
}
