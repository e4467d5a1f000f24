using System.IO.Compression;
using System.Text.RegularExpressions;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>Every verb on a project with a long name, with dots, blanks and letters of other alphabets, in a folder of that name.</summary>
public sealed partial class LongNameTests
{
    const string Name = "Contoso.Größe & Maß.2026 – 図 (x86_64) a name that goes on for longer than the names of most projects do";
    const string ProjectFile = $"{Name}/{Name}.imgproj";

    const string Properties = """
        <ImageStream>test/long-name</ImageStream>
        <ImageArchitecture>amd64</ImageArchitecture>
        <PackageId>Contoso.LongName</PackageId>
        """;

    [SandboxFact, Trait("Category", "Image")]
    public void A_real_image_goes_through_all_verbs()
    {
        using var folder = new TestFolder(fakeEngine: false);
        TinyImage.Write(folder, $"{Name}/{Name}", Properties + "<ImageFormats>directory;tar</ImageFormats>");
        folder.Write($"{Name}/files/etc/größe", "hello\n");
        folder.Program($"{Name}/tests/ein Test.größe", "#!/bin/sh\ntest -e /etc/größe\n");

        folder.DotNet("restore", ProjectFile, "-tl:off").Succeeded();
        folder.DotNet("build", "-tl:off", ProjectFile).Succeeded();
        Assert.True(File.Exists(folder[$"{Name}/bin/Debug/{Name}.image"]));
        Assert.Equal("hello\n", File.ReadAllText(folder[$"{Name}/bin/Debug/{Name}.directory/etc/größe"]));
        folder.DotNet("build", "-tl:off", ProjectFile, "-question").Succeeded();
        Assert.Contains("Passed:     1", folder.DotNet("test", ProjectFile, "-tl:off").Succeeded().Output);

        folder.DotNet("pack", ProjectFile, "-tl:off", "-o", folder["packages"]).Succeeded();
        using (var package = ZipFile.OpenRead(folder["packages/Contoso.LongName.1.0.0.nupkg"]))
            Assert.Equal(
                ["root.cdx.json", "root.image", "root.objects.zst", "root.provenance.json", "root.spdx.json"],
                package.Entries.Where(entry => entry.FullName.StartsWith("image/", StringComparison.Ordinal)).Select(entry => entry.Name).Order(StringComparer.Ordinal));

        folder.DotNet("publish", ProjectFile, "-tl:off", "-o", folder["out put"]).Succeeded();
        Assert.True(File.Exists(folder[$"out put/{Name}.tar"]));
        Assert.Single(Directory.GetFiles(folder["store/images/test/long-name"]));

        folder.DotNet("clean", ProjectFile, "-tl:off").Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(folder[$"{Name}/bin/Debug"]));
        Assert.False(Directory.Exists(folder.State("", Name)));
    }

    [Fact]
    public void A_project_that_stands_on_another_is_restored_built_and_run()
    {
        using var folder = new TestFolder();
        folder.Project($"base {Name}/base {Name}", "<PropertyGroup><ImageStream>test/base</ImageStream></PropertyGroup>");
        folder.Project($"{Name}/{Name}", $"""
            <PropertyGroup>{Properties}</PropertyGroup>
            <ItemGroup>
              <ProjectReference Include="../base {Name.Replace("&", "&amp;", StringComparison.Ordinal)}/base {Name.Replace("&", "&amp;", StringComparison.Ordinal)}.imgproj" />
            </ItemGroup>
            """);

        folder.Build(ProjectFile).Succeeded();
        folder.Run("msbuild", ProjectFile, "-t:ComputeRunArguments").Succeeded();

        Assert.Contains($"base {Name}.image", folder.Log(Name).Single(line => line.StartsWith("ResolveSource", StringComparison.Ordinal)));
        Assert.True(File.Exists(folder.State("run.json", Name)));
    }

    /// <summary>Unqualified metadata in a target stands for those of all items that the element mentions, its own type included.</summary>
    [Fact]
    public void Metadata_is_always_that_of_a_named_item()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Sdk"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".md", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotMatch(Unqualified(), Transform().Replace(File.ReadAllText(file), "")));
    }

    [GeneratedRegex(@"%\(\w+\)")]
    private static partial Regex Unqualified();

    /// <summary>In a transform metadata is that of the items which are transformed.</summary>
    [GeneratedRegex(@"@\(\w+(->\w+\([^)]*\))*->'[^']*'")]
    private static partial Regex Transform();
}
