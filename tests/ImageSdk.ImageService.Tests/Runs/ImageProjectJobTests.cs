using System.Text;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>Jobs that build image projects.</summary>
public sealed class ImageProjectJobTests
{
    [ProjectFact]
    public async Task An_image_project_becomes_an_image()
    {
        await using var service = await StartAsync();
        var job = await service.AddCreateJobAsync(await service.AddRecipeAsync(Recipe(service), "imgproj"));
        var done = await service.WaitForJobAsync(job);
        Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        var id = done["resultant_image_id"]!.GetValue<string>();
        var image = (await service.SendAsync("GET", $"/v3/images/{id}")).Json!;
        Assert.Equal(("made image", "x86_64", $"s3://boot-images/{id}/manifest.json"), (image["name"]!.GetValue<string>(), image["arch"]!.GetValue<string>(), image["link"]!["path"]!.GetValue<string>()));
        var manifest = JsonNode.Parse((await service.Artifacts.ReadAsync(new("boot-images", $"{id}/manifest.json"), 1 << 20, default))!)!;
        Assert.Equal(["rootfs", "kernel", "initrd", "boot_parameters"], manifest["artifacts"]!.AsArray().Select(artifact => Path.GetFileName(artifact!["link"]!["path"]!.GetValue<string>())));
        Assert.Equal(SmallRoot.Kernel, await service.ReadTextAsync($"{id}/kernel"));
        Assert.Equal("console=ttyS0 é\n", await service.ReadTextAsync($"{id}/boot_parameters"));
        Assert.Equal("of the recipe\n", service.ReadRootFile(id, "etc/motd"));
        var root = (await service.Artifacts.FindAsync(new("boot-images", $"{id}/rootfs"), default))!;
        Assert.Equal((manifest["artifacts"]![0]!["md5"]!.GetValue<string>(), id, job), (root.Metadata["md5sum"], root.Metadata["x-shasta-ims-image-id"], root.Metadata["x-shasta-ims-job-id"]));
        var log = await service.JobLogAsync(job);
        var statuses = log.Split('\n').Where(line => line.StartsWith("== ", StringComparison.Ordinal)).Select(line => line[3..]);
        Assert.Equal(["fetching_recipe", "building_image", "packaging_artifacts", "success"], statuses);
        Assert.Empty(Directory.GetDirectories(Path.Combine(service.Folder, "jobs/work")));
    }

    [ProjectFact]
    public async Task What_is_wrong_with_a_recipe_is_in_the_log_and_leaves_nothing()
    {
        await using var service = await StartAsync();
        foreach (var (archive, code) in new (byte[], string)[]
                 {
                     ("no archive"u8.ToArray(), "IMG7622"), (SmallRoot.Archive(("readme", "")), "IMG7622"),
                     (SmallRoot.Archive(("a.imgproj", "<Project Sdk=\"ImageSdk\"><Wrong /></Project>")), "IMG1361"),
                     (SmallRoot.Archive(("a.imgproj", "<Project Sdk=\"ImageSdk\"><PropertyGroup><SourceImageFile>/etc/passwd</SourceImageFile></PropertyGroup></Project>")), "IMG"),
                 })
        {
            var job = await service.AddCreateJobAsync(await service.AddRecipeAsync(archive, "imgproj"));
            Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
            Assert.Contains(code, await service.JobLogAsync(job));
            Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/jobs/{job}")).Status);
        }
        Assert.DoesNotContain(service.Files(), file => file.StartsWith("boot-images", StringComparison.Ordinal));
        Assert.Empty(Directory.GetDirectories(Path.Combine(service.Folder, "jobs/work")));
    }

    static async Task<TestService> StartAsync()
    {
        var service = await TestService.StartAsync(configure: options =>
        {
            options.ConcurrentJobs = 2;
            options.ImageSdkDirectory = UnpackedSdk.Write(Path.Combine(Path.GetDirectoryName(options.Database)!, "sdk"));
        });
        return service;
    }

    // The root is one of the artifacts, which the service itself serves.
    static byte[] Recipe(TestService service)
    {
        var path = new ImageService.Artifacts.ArtifactPath("ims", "roots/root.tar");
        service.Artifacts.WriteAsync(path, SmallRoot.Tar(), default).GetAwaiter().GetResult();
        var address = service.Artifacts.SignAsync(path, ImageService.Artifacts.SignedUse.Fetch, new Dictionary<string, string>(), DateTimeOffset.UtcNow.AddHours(1), default).GetAwaiter().GetResult().Url;
        return SmallRoot.Archive(
            ("small root.imgproj", $"""
                <Project Sdk="ImageSdk">
                  <PropertyGroup>
                    <SourceImageUrl>{System.Security.SecurityElement.Escape(new Uri(service.Client.BaseAddress!, address).AbsoluteUri)}</SourceImageUrl>
                  </PropertyGroup>
                </Project>
                """),
            ("files/etc/kernel/cmdline", "console=ttyS0 é\n"), ("files/etc/motd", "of the recipe\n"));
    }
}

/// <summary>A test that builds images of a small root.</summary>
sealed class ProjectFactAttribute : FactAttribute
{
    public ProjectFactAttribute() => Skip = SmallRoot.WhyNot ?? new[] { "bwrap", "mksquashfs", "unsquashfs" }.Where(tool => !File.Exists($"/usr/bin/{tool}")).Select(tool => $"needs {tool}; eng/test.sh installs it").FirstOrDefault();
}
