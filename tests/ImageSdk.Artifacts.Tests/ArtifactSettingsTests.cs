using ImageSdk.Artifacts.Registry;

namespace ImageSdk.Artifacts.Tests;

public class ArtifactSettingsTests
{
    sealed class SampleFormat : IArtifactFormat
    {
        public string Name => "sample";

        public int Version => 1;

        public IReadOnlyList<ArtifactOption> Options { get; } =
        [
            ArtifactOption.Choice("Compression", "zstd", "zstd", "xz"),
            ArtifactOption.Number("Level", "", 1, 22),
            ArtifactOption.Size("Size", ""),
            ArtifactOption.Flag("Sparse", unset: true),
            ArtifactOption.List("Words", "words", word => word != "bad"),
            ArtifactOption.Map("Labels", "labels", (name, _) => name != "bad"),
        ];

        public string FileName(string image, ArtifactSettings settings) => $"{image}.sample";

        public void Write(ArtifactContext context) => File.WriteAllText(context.OutputPath, "");
    }

    static ArtifactSettings Read(params (string Name, string Value)[] said) =>
        new SampleFormat().ReadSettings(said.ToDictionary(pair => pair.Name, pair => pair.Value));

    [Fact]
    public void What_is_not_said_has_the_value_of_its_option()
    {
        var settings = Read(("Level", ""));
        Assert.Equal("zstd", settings["Compression"]);
        Assert.Null(settings.Number("Level"));
        Assert.True(settings.Flag("Sparse"));
        Assert.Equal("web.sample", new SampleFormat().OutputName("web", settings));
    }

    [Fact]
    public void Values_are_kept_in_one_form()
    {
        var settings = Read(("compression", "XZ"), ("Level", " 07 "), ("Size", "2M"), ("SPARSE", "False"), ("OutputName", "other"));
        Assert.Equal("xz", settings["Compression"]);
        Assert.Equal(7, settings.Number("Level"));
        Assert.Equal(2 << 20, settings.Number("Size"));
        Assert.False(settings.Flag("Sparse"));
        Assert.Equal("other", new SampleFormat().OutputName("web", settings));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("[]", "")]
    [InlineData(" a ; b;;", "a|b")]
    [InlineData("[\"a\", \"daemon off;\", \"[ä]\", \"\"]", "a|daemon off;|[ä]|")]
    public void A_list_is_an_array_or_has_semicolons(string said, string? words) =>
        Assert.Equal(words, Read(("Words", said)).List("Words") is { } list ? string.Join('|', list) : null);

    [Theory]
    [InlineData("", "")]
    [InlineData("b=1; a = x=y ;b=2", "b=2|a = x=y")]
    [InlineData("{\"b\":\"1;2\",\"a\":\"\"}", "b=1;2|a=")]
    [InlineData("[\"b=1;2\"]", "b=1;2")]
    public void A_map_is_an_object_or_has_pairs(string said, string pairs) =>
        Assert.Equal(pairs, string.Join('|', Read(("Labels", said)).Map("Labels").Select(pair => $"{pair.Key}={pair.Value}")));

    [Theory]
    [InlineData("Compresion", "xz", "no option Compresion. It has: Compression, Level, Size, Sparse, Words, Labels, OutputName.")]
    [InlineData("Compression", "lzma", "Compression of the format sample is \"lzma\"; expected: zstd or xz.")]
    [InlineData("Level", "23", "expected: a whole number from 1 to 22.")]
    [InlineData("Size", "big", "expected: a size in bytes")]
    [InlineData("Sparse", "yes", "expected: true or false.")]
    [InlineData("Words", "good;bad", "expected: words.")]
    [InlineData("Words", "[1]", "expected: words.")]
    [InlineData("Words", "[null]", "expected: words.")]
    [InlineData("Words", "[\"open", "expected: words.")]
    [InlineData("Labels", "bad=1", "expected: labels.")]
    [InlineData("Labels", "no sign", "expected: labels.")]
    [InlineData("Labels", "{\"a\":null}", "expected: labels.")]
    [InlineData("OutputName", "../x", "expected: a file name without folders.")]
    public void Mistakes_are_told_with_what_is_expected(string name, string value, string message)
    {
        var exception = Assert.Throws<ArtifactException>(() => Read((name, value)));
        Assert.Equal("IMG6002", exception.Code);
        Assert.Contains(message, exception.Message);
    }

    [Fact]
    public void A_format_that_is_not_there_is_told_with_those_that_are() =>
        Assert.Equal("IMG6001", Assert.Throws<ArtifactException>(() => ArtifactFormats.Find("floppy")).Code);
}
