using System.Text.Json;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>dotnet publish -p:Glance=…; what is sent and compared is tested with a real Glance beside the client.</summary>
public sealed class GlanceTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Sent() => Assert.Single(folder.Log(), line => line.StartsWith("Glance ", StringComparison.Ordinal));

    void WriteClouds() => folder.Write("clouds.yaml", "clouds: {dev ü: {auth: {auth_url: 'https://k', username: u, password: hidden-one, project_name: p}}}");

    [Fact]
    public void A_disk_that_the_project_does_not_make_is_made_for_Glance_alone()
    {
        WriteClouds();
        folder.Project("hello", """
            <PropertyGroup>
              <ImageFormats>tar</ImageFormats>
              <ImageDiskSize>4G</ImageDiskSize>
              <GlanceTags>blue; green;</GlanceTags>
            </PropertyGroup>
            <ItemGroup>
              <GlanceProperty Include="hw_disk_bus" Value="scsi;x=1" />
            </ItemGroup>
            <Target Name="AfterPublishImage"><Message Importance="high" Text="ID $(GlanceImageId)" /></Target>
            """);
        var published = folder.DotNet("publish", "-tl:off", "-p:Glance=dev ü", "-p:GlanceImageName=web", "-p:GlanceVisibility=private", "-p:GlanceMinimumDisk=4", "-p:GlanceMinimumMemory=512").Succeeded();

        Assert.Equal($"Glance The cloud dev ü of {folder["clouds.yaml"]}: glance/image.qcow2 qcow2 name=web visibility=private tags=blue+green disk=4 memory=512 hw_disk_bus=scsi;x=1", Sent());
        Assert.Contains(folder.Log(), line => line.StartsWith("Artifact qcow2 DiskSize=4G", StringComparison.Ordinal) && line.Contains("areProjects=False", StringComparison.Ordinal));
        Assert.Contains("hello -> http://glance.example/v2/images/7 (name)", published.Lines);
        Assert.Contains("ID 00000000-0000-0000-0000-000000000007", published.Lines);
        Assert.DoesNotContain("hidden-one", published.Output);
    }

    [Theory]
    [InlineData("qcow2; raw", "")]
    [InlineData("", """<ImageFormat Include="raw" DiskSize="8G" />""")]
    [InlineData("tar", """<ImageFormat Include="raw" DiskSize="8G" /><ImageFormat Include="qcow2" />""")]
    public void The_projects_own_disk_is_sent_where_it_makes_one(string formats, string items)
    {
        folder.Project("hello", $"""
            <PropertyGroup><ImageFormats>{formats}</ImageFormats><GlanceFormat>raw</GlanceFormat></PropertyGroup>
            <ItemGroup>{items}</ItemGroup>
            """);
        folder.Run("publish", "-tl:off", "-p:Glance=https://glance.example").Succeeded();

        Assert.StartsWith("Glance The address https://glance.example/: Debug/image.raw raw ", Sent());
    }

    [Theory]
    [InlineData("nowhere", "", "IMG7451")]
    [InlineData("https://me:hidden@glance.example", "", "IMG7452")]
    [InlineData("https://glance.example", "-p:GlanceFormat=squashfs", "IMG7474")]
    [InlineData("https://glance.example", "-p:GlanceVisibility=secret", "IMG7475")]
    [InlineData("https://glance.example", "-p:GlanceMinimumDisk=much", "IMG1906")]
    public void A_mistake_is_found_before_anything_is_built(string cloud, string more, string code)
    {
        WriteClouds();
        folder.Project("hello");
        folder.Run(["publish", "-tl:off", $"-p:Glance={cloud}", .. more.Length > 0 ? [more] : Array.Empty<string>()]).FailedWith(code);

        Assert.Empty(folder.StagesRun());
    }

    [Fact]
    public void A_build_sends_nothing()
    {
        folder.Project("hello");
        folder.Build("-p:Glance=nowhere").Succeeded();
        Assert.DoesNotContain(folder.Log(), line => line.StartsWith("Glance ", StringComparison.Ordinal));
    }

    [SandboxFact]
    public void A_real_image_is_sent_once_with_what_is_known_of_it()
    {
        using var real = new TestFolder(fakeEngine: false);
        using var glance = new SmallGlance();
        TinyImage.Write(real, properties: "<GlanceFormat>raw</GlanceFormat>");
        var project = File.ReadAllText(real["tiny.imgproj"]);
        real.Write("tiny.imgproj", project.Replace("</ItemGroup>", """<ImageFormat Include="raw" Bootable="false" /></ItemGroup>""", StringComparison.Ordinal));
        var published = real.DotNet("publish", "-tl:off", $"-p:Glance={glance.Address}").Succeeded();

        var (id, image) = Assert.Single(glance.Images);
        var made = image.Record;
        Assert.Contains($"tiny -> {glance.Address}v2/images/{id} ({made.GetProperty("name").GetString()})", published.Lines);
        Assert.StartsWith("tiny/", made.GetProperty("name").GetString());
        Assert.Equal(("raw", "linux"), (made.GetProperty("disk_format").GetString(), made.GetProperty("os_type").GetString()));
        Assert.Equal(made.GetProperty("name").GetString(), made.GetProperty("imagesdk_image").GetString());
        Assert.Matches("^[0-9a-f]{64}$", made.GetProperty("imagesdk_spdx_sha256").GetString());
        Assert.Equal(new FileInfo(real["bin/Debug/tiny.raw"]).Length, image.Content!.Length);

        var again = real.DotNet("publish", "-tl:off", $"-p:Glance={glance.Address}").Succeeded();
        Assert.Contains(again.Lines, line => line.EndsWith(", which is there already", StringComparison.Ordinal));
        Assert.Single(glance.Images);
    }
}
