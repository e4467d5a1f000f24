using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>The template package, installed once into the private home of the tests.</summary>
public sealed class InstalledTemplates
{
    // Of all classes that use them: a second installation would find the first.
    static readonly Lazy<BuildResult> installation = new(() =>
    {
        using var folder = new TestFolder();
        return folder.DotNet("new", "install", PackedSdk.Package("ImageSdk.Templates"));
    });

    public InstalledTemplates() => installation.Value.Succeeded();
}

public sealed class TemplateTests(InstalledTemplates templates) : IClassFixture<InstalledTemplates>, IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("image", ".gitattributes .gitignore files/etc/greeting global.json scripts/10-greeting tests/greeting thing.imgproj")]
    [InlineData("image-base", ".gitattributes .gitignore global.json thing.imgproj")]
    [InlineData("image-app", ".gitattributes .gitignore files/etc/application global.json scripts/10-application tests/application thing.imgproj")]
    [InlineData("image-manifest", ".gitattributes .gitignore files/etc/image global.json manifest package-list scripts/10-setup tags.json tests/setup thing.imgproj")]
    [InlineData("image-profile", ".gitattributes .gitignore files/etc/motd global.json scripts/50-profile tests/profile thing.imgproj")]
    [InlineData("image-tree", ".gitattributes .gitignore app/app.imgproj app/files/var/www/html/index.html app/tests/page base/base.imgproj global.json thing.slnx web/tests/nginx web/web.imgproj")]
    public void A_template_makes_these_files(string template, string files)
    {
        Assert.NotNull(templates);
        folder.DotNet("new", template, "-o", "thing").Succeeded();

        var made = Directory.EnumerateFiles(folder["thing"], "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder["thing"], file)).Order(StringComparer.Ordinal);
        Assert.Equal(files.Split(' '), made);
        Assert.Contains($"\"ImageSdk\": \"{PackedSdk.Version}\"", File.ReadAllText(folder["thing/global.json"]));
        foreach (var program in made.Where(file => file.Contains("scripts/") || file.Contains("tests/")))
        {
            Assert.True(File.GetUnixFileMode(folder[$"thing/{program}"]).HasFlag(UnixFileMode.UserExecute), program);
            Assert.StartsWith("#!/bin/sh\n", File.ReadAllText(folder[$"thing/{program}"]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("image", "debian")]
    [InlineData("image", "ubuntu")]
    [InlineData("image-base", "ubuntu")]
    public void The_distribution_can_be_chosen(string template, string distribution)
    {
        folder.DotNet("new", template, "-o", "thing", "--distribution", distribution).Succeeded();
        folder.Run("build", "thing", "-tl:off").Succeeded();

        Assert.Contains($"<BootstrapDistribution>{distribution}<", File.ReadAllText(folder["thing/thing.imgproj"]));
        Assert.Equal(Stages.Run, folder.StagesRun("thing"));
    }

    [Theory]
    [InlineData("image", "a b", "a-b")]
    [InlineData("image-base", "Größe (2)", "Gr-e-2")]
    [InlineData("image-app", "ä", "image")]
    [InlineData("image-manifest", "x+y", "x-y")]
    [InlineData("image", "web-1.2_x", null)]
    public void A_name_that_is_none_for_a_stream_gets_one(string template, string name, string? stream)
    {
        folder.DotNet("new", template, "-n", name).Succeeded();

        var project = File.ReadAllText(folder[$"{name}/{name}.imgproj"]);
        Assert.Equal(stream is null ? [] : new[] { $"<ImageStream>{stream}</ImageStream>" }, project.Split('\n').Select(line => line.Trim()).Where(line => line.Contains("Stream", StringComparison.Ordinal)));
        Assert.Equal(stream ?? name, folder.DotNet("build", name, "-tl:off", "-getProperty:ImageStream").Succeeded().Output.Trim());
    }

    [Fact]
    public void A_tree_is_made_and_built_as_a_solution()
    {
        folder.DotNet("new", "image-tree", "-o", "thing").Succeeded();
        folder.DotNet("build", "thing", "-tl:off").Succeeded();

        Assert.Equal(Stages.Run, folder.StagesRun("thing/base"));
        Assert.Contains("ResolveSource mayBuild=True base.image", folder.Log("thing/web"));
        Assert.Contains("ResolveSource mayBuild=True web.image", folder.Log("thing/app"));
    }

    [Fact]
    public void An_application_is_added_to_a_repository_that_has_its_own_pin()
    {
        folder.DotNet("new", "image-base", "-o", "base", "--pin", "false").Succeeded();
        folder.DotNet("new", "image-app", "-o", "site", "--base", "../base/base.imgproj", "--pin", "false").Succeeded();
        folder.Run("build", "site", "-tl:off").Succeeded();

        Assert.False(File.Exists(folder["site/global.json"]));
        Assert.Contains("ResolveSource mayBuild=True base.image", folder.Log("site"));
    }
}
