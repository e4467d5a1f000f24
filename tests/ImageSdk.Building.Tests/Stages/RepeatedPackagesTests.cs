using ImageSdk.Building.Execution;
using ImageSdk.Building.Stages;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Stages;

public sealed class RepeatedPackagesTests : IDisposable
{
    const string Packages = "InstallPackages 1\npackage curl\n";

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-repeated-").FullName;
    readonly LayerStore layers;

    public RepeatedPackagesTests()
    {
        layers = new(folder, 7);
        layers.CreateDirectories();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Layer(string name, string inputs)
    {
        var key = CacheKey.Of(name);
        Directory.CreateDirectory(layers.LayerDirectory(CacheKey.IdOf(key)));
        File.WriteAllText(layers.InputsFile(CacheKey.IdOf(key)), inputs);
        return key;
    }

    string? Explain(string earlier, string made, int sourceLayers = 1, string packages = Packages, bool isSame = false)
    {
        var (@base, old, @new, top) = (CacheKey.IdOf(Layer("base", "")), Layer("old", earlier), Layer("new", made), Layer("top", Packages));
        var done = new StageState(top, [@base, CacheKey.IdOf(old), CacheKey.IdOf(top)], sourceLayers, []) { Below = old };
        var before = new StageState(isSame ? old : @new, [@base, CacheKey.IdOf(isSame ? old : @new)], sourceLayers, []);
        return RepeatedPackages.Explain(layers, done, before, packages);
    }

    [Fact]
    public void The_file_that_changed_is_named_with_the_stage_that_would_have_spared_it()
    {
        var text = Explain("CopyFiles 1\ntree\n f 644 aa etc/motd\n f 644 cc etc/same\n", "CopyFiles 1\ntree\n f 644 bb etc/motd\n f 644 cc etc/same\n");
        Assert.Contains("`files/etc/motd` changed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("etc/same", text, StringComparison.Ordinal);
        Assert.Contains("post-install-files/", text, StringComparison.Ordinal);
        Assert.Contains("scripts/", Explain("RunPreInstallScripts 1\nscript f 755 aa 10-x\n", "RunPreInstallScripts 1\nscript f 755 bb 10-x\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_the_source_image_says_so() => Assert.Contains(
        "CopyFiles of the source image", Explain("CopyFiles 1\ntree\n f 644 aa a\n", "CopyFiles 1\ntree\n f 644 bb a\n", sourceLayers: 2), StringComparison.Ordinal);

    [Fact]
    public void Of_many_files_some_are_named() => Assert.Contains(
        " and 7 more", Explain("CopyFiles 1\ntree\n", $"CopyFiles 1\ntree\n{string.Concat(Enumerable.Range(0, 10).Select(number => $" f 644 aa {number}\n"))}"), StringComparison.Ordinal);

    [Fact]
    public void Other_reasons_are_not_blamed_on_what_is_below()
    {
        const string Earlier = "CopyFiles 1\ntree\n f 644 aa a\n";
        Assert.Null(Explain(Earlier, "CopyFiles 1\ntree\n f 644 bb a\n", packages: Packages + "package nano\n"));
        Assert.Null(Explain(Earlier, "CopyFiles 1\ntree\n f 644 bb a\n", isSame: true));
    }
}
