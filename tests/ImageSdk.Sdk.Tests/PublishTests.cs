using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

public sealed class PublishTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Build_and_publish_share_one_configuration_so_nothing_is_built_twice()
    {
        folder.Project("hello");
        folder.DotNet("build", "-tl:off").Succeeded();
        folder.ForgetLog();

        var published = folder.DotNet("publish", "-tl:off").Succeeded();

        Assert.Empty(folder.StagesRun());
        Assert.Equal("Publish", folder.Log()[^1]);
        Assert.Contains($"hello -> {folder["store/images/hello/2024-02-29:12:00:00"]}", published.Lines);
    }

    [Fact]
    public void The_store_can_be_another_one()
    {
        folder.Project("hello");
        folder.Run("publish", "-tl:off", $"-p:ImageStoreDirectory={folder["other"]}").Succeeded();

        Assert.True(File.Exists(folder["other/images/hello"]));
        Assert.False(Directory.Exists(folder["store"]));
    }

    [Theory]
    [InlineData("ImageServer=images.example:6971", "images.example:6971")]
    [InlineData("ImageServerUrl=http://images.example:6971", "http://images.example:6971")]
    public void An_image_server_gets_what_is_published_and_is_asked_for_sources(string property, string address)
    {
        folder.Project("hello");
        var published = folder.DotNet(
            "publish", "-tl:off", $"-p:{property}", "-p:ImageServerCertificates=certs", "-p:ImageServerRequireTls=true", "-p:ImageServerFingerprint=ab:cd", "-p:ImageServerConnections=5").Succeeded();

        var server = $"server=ImageServerSettings {{ Address = {address}, CertificateDirectory = {folder["certs"]}, CertificateFile = , KeyFile = , AuthoritiesFile = , Fingerprint = ab:cd, RequireTls = True, Connections = 5 }}";
        Assert.Equal($"Publish {server}", folder.Log()[^1]);
        Assert.Contains(folder.Log(), line => line.StartsWith("ResolveSource", StringComparison.Ordinal) && line.EndsWith(server, StringComparison.Ordinal));
        Assert.Contains($"hello -> {address}/hello/2024-02-29:12:00:00", published.Lines);
    }

    [Fact]
    public void Without_a_build_only_a_tested_image_is_published()
    {
        folder.Project("hello");
        folder.Run("restore").Succeeded();
        folder.Run("publish", "-tl:off", "--no-build").FailedWith("IMG1908");
        folder.Build("-p:ImageVariables=FAKE_FAIL=TestImage").FailedWith("IMG3999");
        folder.Run("publish", "-tl:off", "--no-build").FailedWith("IMG1908");

        folder.Build().Succeeded();
        folder.ForgetLog();
        folder.Run("publish", "-tl:off", "--no-build").Succeeded();

        Assert.Equal(["Publish"], folder.Log());
    }

    [Fact]
    public void A_build_whose_tests_fail_leaves_the_image_that_passed()
    {
        folder.Project("hello");
        folder.Build().Succeeded();
        var passed = File.ReadAllText(folder["bin/Debug/hello.image"]);
        folder.Write("ScanImage/input", "new");

        folder.Build("-p:ImageVariables=FAKE_FAIL=TestImage").FailedWith("IMG3999");
        folder.Run("publish", "-tl:off", "--no-build").Succeeded();
        Assert.Equal(passed, File.ReadAllText(folder["store/images/hello"]));

        folder.Run("publish", "-tl:off").Succeeded();
        Assert.NotEqual(passed, File.ReadAllText(folder["store/images/hello"]));
    }

    [Fact]
    public void The_published_name_is_a_property_for_later_targets()
    {
        folder.Project("hello", """<Target Name="AfterPublishImage"><Message Importance="high" Text="NAME $(PublishedImageName)" /></Target>""");

        Assert.Contains("NAME hello/2024-02-29:12:00:00", folder.Run("publish", "-tl:off").Succeeded().Lines);
    }

    [Fact]
    public void A_source_that_is_missing_is_built_and_published_first()
    {
        folder.Project("base/base", """<PropertyGroup><ImageStream>debian</ImageStream></PropertyGroup>""");
        folder.Project("app/app", """
            <PropertyGroup><SourceImage>debian</SourceImage></PropertyGroup>
            <ItemGroup>
              <BuildableImageStream Include="debian" Project="../base/base.imgproj" />
            </ItemGroup>
            """);
        folder.Build("app/app.imgproj").Succeeded();

        Assert.Equal(["ResolveSource mayBuild=True ", "ResolveSource mayBuild=False "], folder.Log("app").Where(line => line.StartsWith("Resolve", StringComparison.Ordinal)));
        Assert.True(File.Exists(folder["store/images/debian"]));
        folder.Build("app/app.imgproj", "-question").Succeeded();
    }

    [Fact]
    public void A_source_that_is_built_with_variables_does_not_mix_with_the_same_project_without()
    {
        folder.Project("base/base", """
            <PropertyGroup><ImageStream>debian</ImageStream></PropertyGroup>
            """);
        folder.Project("app/app", """
            <PropertyGroup><SourceImage>debian</SourceImage></PropertyGroup>
            <ItemGroup>
              <BuildableImageStream Include="debian" Project="../base/base.imgproj" />
              <SourceImageBuildVariable Include="RELEASE" Value="a;b=c" />
              <SourceImageBuildVariable Include="OTHER" Value="1" />
            </ItemGroup>
            """);
        folder.Build("app/app.imgproj").Succeeded();

        var variant = Assert.Single(Directory.GetDirectories(folder["base/obj/Debug"], "variant-*"));
        var plan = JsonDocument.Parse(File.ReadAllText(Path.Combine(variant, "image/plan.json"))).RootElement;
        Assert.Equal(
            ["RELEASE=a;b=c", "OTHER=1"],
            plan.GetProperty("Variables").EnumerateArray().Select(pair => $"{pair.GetProperty("Name")}={pair.GetProperty("Value")}"));
        Assert.False(File.Exists(folder.State("plan.json", "base")));
    }

    [Fact]
    public void A_source_that_cannot_be_built_is_an_error()
    {
        folder.Project("hello", """<PropertyGroup><SourceImage>nowhere</SourceImage></PropertyGroup>""");
        folder.Build().FailedWith("IMG2001");
    }
}
