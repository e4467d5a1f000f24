using ImageSdk.Cli.Errors;

namespace ImageSdk.Cli.Tests;

public class ListTests
{
    [Fact]
    public void Names_come_in_version_order_when_piped()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Store.Images.Add("base/img.10", SampleImage.Make(sample.Store.Objects));
        sample.Store.Images.Add("base/img.9", SampleImage.Make(sample.Store.Objects));
        var run = sample.Run("list");
        Assert.Equal($"{SampleStore.First}\n{SampleStore.Second}\nbase/img.9\nbase/img.10\n", run.Output);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Equal(run.Output, sample.Run(new RunSettings(IsTerminal: true), "list", "--names").Output);
    }

    [Theory]
    [InlineData("base/hello", 2)]
    [InlineData("base/", 2)]
    [InlineData(".", 2)]
    [InlineData(SampleStore.Second, 1)]
    [InlineData("*2026-01-1*", 1)]
    [InlineData("base/*", 2)]
    [InlineData("base/hello/2026-01-0?:*", 1)]
    [InlineData("BASE/*", 0)]
    public void A_pattern_selects(string pattern, int count)
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run("list", pattern);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(count, run.Lines.Length);
    }

    [Fact]
    public void A_terminal_gets_a_table_with_sizes()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run(new RunSettings(IsTerminal: true), "list");
        Assert.Contains(run.Lines, line => line.Contains("Image") && line.Contains("Created") && line.Contains("Size"));
        Assert.Contains(run.Lines, line =>
            line.Contains(SampleStore.First) && line.Contains("2026-01-02 03:04:05 UTC") && line.Contains("24 B"));
        Assert.DoesNotContain("\u001b", run.Output);
    }

    [Fact]
    public void Json_says_what_a_damaged_image_has()
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(Path.Combine(sample.Store.Images.Directory, "base/hello/broken"), "not an image");
        var images = sample.RunJson("list");
        Assert.Equal(3, images.GetArrayLength());
        Assert.Equal(SampleStore.First, images[0].GetProperty("name").GetString());
        Assert.Equal("2026-01-02T03:04:05Z", images[0].GetProperty("createdOn").GetString());
        Assert.Equal(5, images[0].GetProperty("files").GetInt32());
        Assert.Equal(24, images[0].GetProperty("bytes").GetInt32());
        Assert.NotEqual("", images[2].GetProperty("fault").GetString());
        Assert.False(images[2].TryGetProperty("files", out _));
        Assert.Equal(3, sample.RunJson("list", "--names").GetArrayLength());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("a//b")]
    [InlineData("../base")]
    public void An_unknown_directory_is_an_error(string pattern)
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run("list", pattern).AssertError("IMG7103");
    }
}
