using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

public class VerifyTests
{
    [Theory]
    [InlineData]
    [InlineData("--content")]
    [InlineData("base/hello")]
    [InlineData("base/hello", "--content")]
    public void A_good_store_has_no_faults(params string[] arguments)
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run(["verify", .. arguments]);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(0, sample.RunJson(["verify", .. arguments]).GetArrayLength());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SampleStore.First)]
    public void A_missing_object_is_a_fault(string? image)
    {
        using var sample = SampleStore.WithTwoImages();
        var hash = ObjectHash.Of("su"u8);
        sample.Store.Objects.Remove(hash);
        string[] arguments = image is null ? ["verify"] : ["verify", image];
        var run = sample.Run(arguments);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal([$"{SampleStore.First}: object: {hash} is not available"], run.Lines);
        Assert.Equal(hash.ToString(), sample.RunJson(arguments)[0].GetProperty("object").GetString());
        Assert.Equal(0, sample.Run("verify", SampleStore.Second).ExitCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("base/hello")]
    public void A_changed_object_is_found_by_its_content(string? image)
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(sample.Store.Objects.GetPath(ObjectHash.Of("odd"u8)), "ODD");
        string[] arguments = image is null ? ["verify"] : ["verify", image];
        Assert.Equal(0, sample.Run(arguments).ExitCode);
        var run = sample.Run([.. arguments, "--content"]);
        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith("is corrupt", run.Lines[0]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("base/hello/broken")]
    public void A_file_that_is_no_image_is_a_fault(string? image)
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(Path.Combine(sample.Store.Images.Directory, "base/hello/broken"), "not an image");
        string[] arguments = image is null ? ["verify"] : ["verify", image];
        var run = sample.Run(arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("base/hello/broken: ", Assert.Single(run.Lines));
    }

    [Fact]
    public void An_unknown_image_is_an_error()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run("verify", "nothing").AssertError("IMG7103");
    }
}
