using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>dotnet publish -p:ImageService=…, and images on those of an image management service.</summary>
public sealed class ImageServiceTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Kernel_and_root_go_to_the_service_with_the_options_of_the_project()
    {
        folder.Project("hello", """
            <ItemGroup>
              <ImageFormat Include="kernel" KernelCommandLine="quiet" />
              <ImageServiceTag Include="team ü" Value="a;b=c" />
            </ItemGroup>
            <Target Name="AfterPublishImage"><Message Importance="high" Text="ID $(ImageServiceId)" /></Target>
            """);
        var published = folder.Run("publish", "-tl:off", "-p:ImageService=http://ims.example:9000/apis/ims/", "-p:ImageServiceName=web ü").Succeeded();

        Assert.Equal("ImageService http://ims.example:9000/apis/ims s3=: ims/image.kernel name=web ü team ü=a;b=c", Assert.Single(folder.Log(), line => line.StartsWith("ImageService ", StringComparison.Ordinal)));
        Assert.Contains(folder.Log(), line => line.StartsWith("Artifact kernel", StringComparison.Ordinal)
            && line.Contains("KernelCommandLine=quiet", StringComparison.Ordinal) && line.Contains("RootFileSystem=squashfs", StringComparison.Ordinal) && line.Contains("areProjects=False", StringComparison.Ordinal));
        Assert.Contains("hello -> http://ims.example:9000/apis/ims/v3/images/7 (name)", published.Lines);
        Assert.Contains("ID 7", published.Lines);
    }

    [Theory]
    [InlineData("ims.example:9000")]
    [InlineData("ftp://ims.example")]
    [InlineData("http://me:hidden-one@ims.example")]
    [InlineData("http://ims.example/?a=b")]
    public void A_mistake_is_found_before_anything_is_built(string service)
    {
        folder.Project("hello");
        var failed = folder.Run("publish", "-tl:off", $"-p:ImageService={service}");
        failed.FailedWith("IMG7650");

        Assert.DoesNotContain("hidden-one", failed.Output);
        Assert.Empty(folder.StagesRun());
    }

    [Fact]
    public void A_build_sends_nothing()
    {
        folder.Project("hello");
        folder.Build("-p:ImageService=nowhere").Succeeded();
        Assert.DoesNotContain(folder.Log(), line => line.StartsWith("ImageService ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_source_says_which_service_it_is_of()
    {
        folder.Project("hello", """<PropertyGroup><SourceImage>ims:base ü/12.1</SourceImage><ImageService>http://ims.example:9000</ImageService></PropertyGroup>""");
        folder.Build().Succeeded();
        var download = folder.Plan().GetProperty("Bootstrap").GetProperty("Download");
        Assert.Equal(("ims:base ü/12.1", "http://ims.example:9000"), (download.GetProperty("Url").GetString(), download.GetProperty("Service").GetString()));
        Assert.Equal("", folder.Plan().GetProperty("Source").GetProperty("Stream").GetString());
    }

    [SandboxFact]
    public async Task A_real_image_is_published_once_and_is_the_source_of_another()
    {
        using var real = new TestFolder(fakeEngine: false);
        using var service = new RealImageService();
        TinyImage.Write(real, "base/tiny");
        File.AppendAllText(real["base/make-root"], """

            mkdir -p "$1/boot"
            echo kernel > "$1/boot/vmlinuz-1.0"
            echo initial > "$1/boot/initrd.img-1.0"
            """);
        var published = real.DotNet("publish", "base", "-tl:off", $"-p:ImageService={service.Address}").Succeeded();
        using var client = new HttpClient { BaseAddress = new(service.Address) };
        var image = Assert.Single((await client.GetFromJsonAsync<JsonArray>("/v3/images"))!)!;
        Assert.Contains($"tiny -> {service.Address}/v3/images/{image["id"]} (tiny)", published.Lines);
        Assert.Equal(("tiny", "x86_64"), (image["name"]!.GetValue<string>(), image["arch"]!.GetValue<string>()));
        Assert.Equal($"s3://boot-images/{image["id"]}/manifest.json", image["link"]!["path"]!.GetValue<string>());
        var artifacts = (await client.GetFromJsonAsync<JsonArray>($"/v3/images/{image["id"]}/artifacts"))!;
        Assert.Equal(["rootfs", "kernel", "initrd", "boot_parameters"], artifacts.Select(artifact => artifact!["link"]!["path"]!.GetValue<string>().Split('/')[^1]));
        Assert.Equal("kernel\n", await client.GetStringAsync(artifacts[1]!["url"]!.GetValue<string>()));

        var again = real.DotNet("publish", "base", "-tl:off", $"-p:ImageService={service.Address}").Succeeded();
        Assert.Contains(again.Lines, line => line.EndsWith(", which is there already", StringComparison.Ordinal));
        Assert.Single((await client.GetFromJsonAsync<JsonArray>("/v3/images"))!);

        TinyImage.Write(real, "top/tiny", $"<SourceImage>ims:tiny</SourceImage><ImageService>{service.Address}</ImageService>");
        var project = File.ReadAllText(real["top/tiny.imgproj"]);
        real.Write("top/tiny.imgproj", project.Replace(""" <BootstrapCommand>"$(MSBuildProjectDirectory)/make-root" $dir</BootstrapCommand>""", "", StringComparison.Ordinal));
        real.Write("top/files/etc/own", "é");
        real.Program("top/tests/kernel", "#!/bin/sh\n[ \"$(cat /boot/vmlinuz-1.0)\" = kernel ] && [ \"$(cat /etc/own)\" = é ]\n");
        real.DotNet("build", "top", "-tl:off").Succeeded();

        // Without the service, what it had last is used.
        service.Stop();
        var alone = real.DotNet("build", "top", "-tl:off");
        Assert.Contains("Build succeeded.", alone.Lines);
        Assert.Contains(alone.Warnings, line => line.Contains("IMG2266", StringComparison.Ordinal));
    }
}
