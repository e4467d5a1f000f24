using System.IO.Compression;
using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>Profiles that are packed, and images that reference them.</summary>
public sealed class ProfileTests : IDisposable
{
    readonly TestFolder folder = new();

    public ProfileTests()
    {
        folder.Write("feed ä/about", "packages");
        folder.Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="feed" value="{PackedSdk.Feed}" /><add key="own" value="{folder["feed ä"]}" /></packageSources></configuration>
            """);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>NuGet's folder of packages is that of all tests, so each test's profiles have names of their own.</summary>
    string Id(string name) => $"{name}.{Path.GetFileName(folder.Path)}";

    void Profile(string name, string version = "1.0.0", string body = "") =>
        folder.Project($"{name}/{name}", $"<PropertyGroup><ImageProfile>true</ImageProfile><PackageId>{Id(name)}</PackageId><Version>{version}</Version></PropertyGroup>{body}");

    void Pack(string name) => folder.Run("pack", $"{name}/{name}.imgproj", "-o", folder["feed ä"]).Succeeded();

    void Image(string version = "1.0.0", string body = "") =>
        folder.Project("web/web", $"""<ItemGroup><PackageReference Include="{Id("hard")}" Version="{version}" /></ItemGroup>{body}""");

    /// <summary>One of everything.</summary>
    void HardProfile()
    {
        Profile("hard", body: """
            <ItemGroup>
              <ImagePackage Include="ca-certificates" />
              <ImageSysctl Include="kernel.kptr_restrict" Value="2" />
              <ImageUnit Include="hard.service" File="hard.service" State="Enabled" />
              <ImageTag Include="Hardened" Value="100%25 %24('yes')" />
              <ImageTree Include="more files" Stage="PostInstall" TargetPath="/opt/more" />
              <ImageFile Include="one file" TargetPath="/etc/one" Mode="0600" />
              <ImageScript Include="extra/70-extra" Stage="PreInstall" />
            </ItemGroup>
            """);
        folder.Write("hard/package-list", "# what each has\ncurl\n");
        folder.Write("hard/files/etc/motd", "hello");
        File.CreateSymbolicLink(folder["hard/files/etc/issue"], "motd");
        folder.Write("hard/more files/it", "it");
        folder.Write("hard/one file", "one");
        folder.Write("hard/hard.service", "[Service]\nExecStart=/bin/true\n");
        folder.Program("hard/scripts/50-hard", "#!/bin/sh\n");
        folder.Program("hard/extra/70-extra", "#!/bin/sh\n");
        folder.Program("hard/tests/hard", "#!/bin/sh\n");
    }

    JsonElement Plan() => JsonDocument.Parse(File.ReadAllText(folder.State("plan.json", "web"))).RootElement;

    [Fact]
    public void A_profile_brings_its_items_and_content_to_an_image()
    {
        HardProfile();
        Pack("hard");
        Image();
        folder.Write("web/files/etc/motd", "mine");

        var result = folder.Build("web/web.imgproj", "-p:RestorePackagesWithLockFile=true").Succeeded();

        Assert.Contains($"web: profile {Id("hard")} 1.0.0: packages 2, trees 2, files 1, scripts 2, tests 1, units 1, settings 1, tags 1", result.Output);
        var plan = Plan();
        Assert.Equal(["ca-certificates", "curl"], Texts(plan, "Packages").Order(StringComparer.Ordinal));
        Assert.Equal("100% $('yes')", plan.GetProperty("Tags")[0].GetProperty("Value").GetString());
        var trees = plan.GetProperty("Trees").EnumerateArray().ToList();
        Assert.All(trees, tree => Assert.True(tree.GetProperty("ComesFirst").GetBoolean()));
        var files = trees.Single(tree => tree.GetProperty("TargetPath").GetString() == "").GetProperty("Directory").GetString()!;
        Assert.Equal("hello", File.ReadAllText(Path.Combine(files, "etc/motd")));
        Assert.Equal("motd", new FileInfo(Path.Combine(files, "etc/issue")).LinkTarget);
        Assert.Equal("it", File.ReadAllText(Path.Combine(trees.Single(tree => tree.GetProperty("TargetPath").GetString() == "/opt/more").GetProperty("Directory").GetString()!, "it")));
        var scripts = plan.GetProperty("Scripts").EnumerateArray().Select(script => script.GetProperty("File").GetString()!).ToList();
        Assert.Equal(["50-hard", "70-extra"], scripts.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(scripts.Concat(Texts(plan, "Tests")), file => Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute), file));
        Assert.Contains(Id("hard").ToLowerInvariant(), File.ReadAllText(folder["web/packages.lock.json"]), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["hard"], Texts(plan, "Tests").Select(Path.GetFileName));

        folder.ForgetLog("web");
        folder.Build("web/web.imgproj", "-question").Succeeded();
        Assert.Empty(folder.StagesRun("web"));
    }

    [Fact]
    public void What_it_brings_can_be_removed_and_changed()
    {
        HardProfile();
        Pack("hard");
        Image(body: $"""
            <ItemGroup>
              <ImagePackage Remove="curl" />
              <ImageScript Remove="{Id("hard")}/70-extra" />
              <ImageTree Update="{Id("hard")}/more files" TargetPath="/srv" />
              <ImageTest Remove="@(ImageTest->WithMetadataValue('ImageProfile', '{Id("hard")}'))" />
            </ItemGroup>
            """);

        folder.Build("web/web.imgproj").Succeeded();

        Assert.Equal(["ca-certificates"], Texts(Plan(), "Packages"));
        Assert.Equal("50-hard", Path.GetFileName(Plan().GetProperty("Scripts").EnumerateArray().Single().GetProperty("File").GetString()));
        Assert.Contains(Plan().GetProperty("Trees").EnumerateArray(), tree => tree.GetProperty("TargetPath").GetString() == "/srv");
        Assert.Empty(Texts(Plan(), "Tests"));
    }

    [Fact]
    public void A_profile_brings_the_profiles_that_it_refers_to()
    {
        HardProfile();
        Pack("hard");
        Profile("all", body: $"""<ItemGroup><PackageReference Include="{Id("hard")}" Version="1.0.0" /><ImagePackage Include="less" /></ItemGroup>""");
        Pack("all");
        using (var package = ZipFile.OpenRead(folder[$"feed ä/{Id("all")}.1.0.0.nupkg"]))
            Assert.DoesNotContain(package.Entries, entry => entry.Name == "content.tar");
        folder.Project("web/web", $"""
            <PropertyGroup><ImageTargets>bookworm-amd64;noble-arm64</ImageTargets></PropertyGroup>
            <ItemGroup><PackageReference Include="{Id("all")}" Version="1.*" /></ItemGroup>
            """);

        var result = folder.Build("web/web.imgproj").Succeeded();

        Assert.Contains($"web (noble-arm64): profile {Id("all")} 1.0.0: packages 1", result.Output);
        Assert.Contains($"web (noble-arm64): profile {Id("hard")} 1.0.0: packages 2, trees 2", result.Output);
    }

    [Fact]
    public void Another_version_takes_the_place_of_the_first()
    {
        HardProfile();
        Pack("hard");
        Profile("hard", "1.1.0");
        folder.Write("hard/files/etc/motd", "another");
        Pack("hard");
        Image();
        folder.Build("web/web.imgproj").Succeeded();
        var first = Directory.GetDirectories(folder.State("profiles", "web")).Single();
        Image("1.1.0");

        folder.Build("web/web.imgproj").Succeeded();

        var second = Directory.GetDirectories(folder.State("profiles", "web")).Single();
        Assert.NotEqual(first, second);
        Assert.Contains(second, Plan().GetProperty("Trees")[0].GetProperty("Directory").GetString());
        folder.Run("clean", "web/web.imgproj").Succeeded();
        Assert.False(Directory.Exists(second));
    }

    [Fact]
    public void A_profile_is_built_tested_and_published_without_an_image()
    {
        HardProfile();
        folder.Build("hard/hard.imgproj").Succeeded();
        folder.Build("hard/hard.imgproj", "-t:VSTest").Succeeded();
        folder.Run("publish", "hard/hard.imgproj").Succeeded();

        Assert.False(File.Exists(folder["hard/bin/Debug/hard.image"]));
        folder.Build("hard/hard.imgproj", "-t:RunScripts").FailedWith("IMG1573");
    }

    [Fact]
    public void A_profile_that_brings_nothing_is_an_error()
    {
        Profile("hard");
        folder.Build("hard/hard.imgproj").FailedWith("IMG1570");
    }

    [Fact]
    public void Files_that_say_something_of_one_image_are_not_left_out_silently()
    {
        HardProfile();
        folder.Write("hard/triggers", "[]");
        Assert.Contains("IMG1572", Assert.Single(folder.Build("hard/hard.imgproj").Warnings));
    }

    [Fact]
    public void A_reference_to_a_profile_as_a_project_is_an_error()
    {
        HardProfile();
        folder.Project("web/web", """<ItemGroup><ProjectReference Include="../hard/hard.imgproj" /></ItemGroup>""");
        folder.Build("web/web.imgproj").FailedWith("IMG1574");
    }

    [Fact]
    public void A_damaged_package_is_an_error()
    {
        HardProfile();
        Pack("hard");
        Image();
        folder.Run("restore", "web/web.imgproj").Succeeded();
        var archive = Path.Combine(PackedSdk.Environment["NUGET_PACKAGES"], Id("hard").ToLowerInvariant(), "1.0.0/profile/content.tar");
        File.WriteAllText(archive, "no archive at all, and longer than nothing");

        Assert.Contains(Id("hard"), folder.Build("web/web.imgproj", "--no-restore").FailedWith("IMG1571"));
        Assert.Empty(Directory.GetDirectories(folder.State("profiles", "web")));
    }

    static IEnumerable<string> Texts(JsonElement plan, string list) => plan.GetProperty(list).EnumerateArray().Select(text => text.GetString()!);
}
