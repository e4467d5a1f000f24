using System.IO.Compression;
using System.Xml.Linq;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>dotnet pack of an image project, as far as it is NuGet's and the targets' work.</summary>
public sealed class PackTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Package(string name = "hello.1.0.0") => folder[$"out/{name}.nupkg"];

    BuildResult Pack(params string[] arguments) => folder.Run(["pack", "-tl:off", "-o", folder["out"], .. arguments]);

    [Fact]
    public void A_package_has_the_image_and_says_what_NuGet_asks()
    {
        folder.Write("README.md", "read me");
        folder.Project("hello", """
            <PropertyGroup>
              <PackageId>Contoso.Hello</PackageId>
              <VersionPrefix>2.1.0</VersionPrefix>
              <Authors>Contoso</Authors>
              <PackageLicenseExpression>MIT</PackageLicenseExpression>
              <PackageReadmeFile>README.md</PackageReadmeFile>
            </PropertyGroup>
            <ItemGroup>
              <None Include="README.md" Pack="true" PackagePath="/" />
            </ItemGroup>
            """);
        folder.DotNet("pack", "-tl:off", "-o", folder["out"], "--version-suffix", "rc.1").Succeeded();

        using var package = ZipFile.OpenRead(Package("Contoso.Hello.2.1.0-rc.1"));
        Assert.Equal(
            ["Contoso.Hello.nuspec", "README.md", "THIRD-PARTY-NOTICES.txt", "build/Contoso.Hello.props", "image/root.cdx.json", "image/root.image", "image/root.objects.zst", "image/root.provenance.json", "image/root.spdx.json"],
            package.Entries.Select(entry => entry.FullName).Where(name => !name.StartsWith('_') && !name.StartsWith('[') && !name.StartsWith("package/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllText(folder["bin/Debug/hello.image"]), Text(package, "image/root.image"));
        var nuspec = XDocument.Parse(Text(package, "Contoso.Hello.nuspec")).Descendants().ToLookup(element => element.Name.LocalName);
        Assert.Equal("Contoso", nuspec["authors"].Single().Value);
        Assert.Equal("MIT", nuspec["license"].Single().Value);
        Assert.Equal("OperatingSystemImage", (string?)nuspec["packageType"].Single().Attribute("name"));
        Assert.Contains("hello", nuspec["description"].Single().Value);
        Assert.Empty(nuspec["dependency"]);
    }

    [Fact]
    public void Without_a_build_only_a_tested_image_is_packed()
    {
        folder.Project("hello");
        folder.Run("restore").Succeeded();
        Pack("--no-build").FailedWith("IMG1908");

        folder.Build().Succeeded();
        folder.ForgetLog();
        Pack("--no-build").Succeeded();

        Assert.Equal(["Pack hello 1.0.0"], folder.Log());
        Assert.True(File.Exists(Package()));
    }

    [Fact]
    public void A_package_is_made_when_the_image_changed_and_only_then()
    {
        folder.Project("hello");
        Pack().Succeeded();
        var first = File.GetLastWriteTimeUtc(Package());

        Pack().Succeeded();
        Assert.Equal(first, File.GetLastWriteTimeUtc(Package()));

        folder.Write("ScanImage/input", "new");
        Pack().Succeeded();
        Assert.NotEqual(first, File.GetLastWriteTimeUtc(Package()));
    }

    [Fact]
    public void An_image_has_neither_symbols_nor_sources()
    {
        folder.Project("hello");
        folder.DotNet("pack", "-tl:off", "-o", folder["out"], "--include-symbols", "--include-source").Succeeded();
        Assert.Equal([Package()], Directory.GetFiles(folder["out"]));
    }

    [Fact]
    public void What_is_not_packable_is_left_out()
    {
        folder.Project("hello", "<PropertyGroup><IsPackable>false</IsPackable></PropertyGroup>");
        Pack().Succeeded();
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void A_build_can_make_the_package()
    {
        folder.Project("hello");
        folder.Build("-p:GeneratePackageOnBuild=true").Succeeded();
        Assert.True(File.Exists(folder["bin/Debug/hello.1.0.0.nupkg"]));
    }

    [Theory]
    [InlineData(null, "2026-01-31")]
    [InlineData("1700000000", "2023-11-14")]
    public void One_image_makes_one_package_to_the_byte(string? epoch, string day)
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        var environment = new Dictionary<string, string>(PackedSdk.Environment);
        if (epoch is not null)
            environment["SOURCE_DATE_EPOCH"] = epoch;
        var packages = new[] { "one", "other" }.Select(name =>
        {
            Harness.DotNet.Run(folder.Path, environment, "pack", "--no-build", "-tl:off", "-o", folder[name]).Succeeded();
            foreach (var file in Directory.GetFiles(folder.State("package")))
                File.Delete(file);
            return folder[$"{name}/hello.1.0.0.nupkg"];
        }).ToList();
        Assert.Equal(File.ReadAllBytes(packages[0]), File.ReadAllBytes(packages[1]));
        using var package = ZipFile.OpenRead(packages[0]);
        Assert.All(package.Entries, entry => Assert.Equal(day, entry.LastWriteTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
    }

    static string Text(ZipArchive package, string name)
    {
        using var reader = new StreamReader(package.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}
