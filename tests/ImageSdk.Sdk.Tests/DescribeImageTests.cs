using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

public sealed class DescribeImageTests : IDisposable
{
    static readonly string[] documents = ["bin/Debug/hello.spdx.json", "bin/Debug/hello.cdx.json", "bin/Debug/hello.provenance.json"];

    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    int Described() => folder.Log().Count(line => line == "Describe");

    [Fact]
    public void Documents_lie_beside_the_image_and_are_made_where_it_changed()
    {
        folder.Project("hello", """
              <ItemGroup><ImageAdvisoryIgnore Include="CVE-2024-1" /></ItemGroup>
              <Target Name="BeforeDescribeImage"><Message Importance="high" Text="HOOK Before." /></Target>
              <Target Name="AfterDescribeImage"><Message Importance="high" Text="HOOK After." /></Target>
            """);
        var first = folder.Build().Succeeded();
        Assert.All(documents, document => Assert.True(File.Exists(folder[document]), document));
        Assert.True(first.At("running TestImage") < first.At("HOOK Before.") && first.At("HOOK Before.") < first.At("HOOK After."));

        folder.Build().Succeeded();
        Assert.Equal(1, Described());
        folder.Write("RunScripts/a", "changed");
        folder.Build().Succeeded();
        Assert.Equal(2, Described());
        File.Delete(folder[documents[1]]);
        folder.Build().Succeeded();
        Assert.Equal(3, Described());
        Assert.True(File.Exists(folder[documents[1]]));

        // Advisories change when the image does not.
        folder.Build("-p:ImageAdvisories=osv.zip%3Bhttps://example/a.json").Succeeded();
        Assert.Equal(3, Described());
        Assert.Equal("Audit osv.zip https://example/a.json without CVE-2024-1", folder.Log().LastOrDefault(line => line.StartsWith("Audit", StringComparison.Ordinal)));

        folder.Run("clean").Succeeded();
        Assert.All(documents, document => Assert.False(File.Exists(folder[document]), document));
    }

    [Fact]
    public void Each_can_be_turned_off_and_is_gone_then()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        folder.Build("-p:ImageSbom=CycloneDX").Succeeded();
        Assert.Equal([false, true, true], documents.Select(document => File.Exists(folder[document])));
        folder.Build("-p:ImageSbom=false", "-p:ImageProvenance=false").Succeeded();
        Assert.Equal([false, false, false], documents.Select(document => File.Exists(folder[document])));
        Assert.Equal(2, Described());

        var wrong = folder.Build("-p:ImageSbom=swid");
        Assert.Contains("IMG1906", wrong.Output);
        Assert.Contains("ImageSbom is 'swid'; expected: a list of spdx, cyclonedx; or false", wrong.Output);
    }
}
