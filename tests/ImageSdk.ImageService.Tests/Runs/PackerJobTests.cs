using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>Jobs that build recipes of packer.</summary>
public sealed class PackerJobTests
{
    const string Root = "mkdir -p image-root/boot image-root/etc && printf kernel >image-root/boot/vmlinuz && printf initrd >image-root/boot/initrd && printf '{{ NAME }}' >image-root/etc/motd";

    [PackerFact]
    public async Task A_template_leaves_a_root_or_a_disk_that_has_one()
    {
        await using var service = await ShellService.StartAsync();
        var jobs = new List<string>();
        foreach (var then in new[] { "true", "mkdir output-small && mke2fs -q -t ext4 -d image-root output-small/disk 8M && rm -r image-root" })
            jobs.Add(await service.AddCreateJobAsync(await service.AddRecipeAsync(
                SmallRoot.Archive(("small.json", Template(Root, then)), (".ims_recipe_template.yaml", "template_files: [small.json]\n")), "packer", new[] { new { key = "NAME", value = "a name é" } })));
        foreach (var job in jobs)
        {
            var done = await service.WaitForJobAsync(job);
            Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
            Assert.Equal("a name é", service.ReadRootFile(done["resultant_image_id"]!.GetValue<string>(), "etc/motd"));
            Assert.Equal("kernel", await service.ReadTextAsync($"{done["resultant_image_id"]}/kernel"));
        }
        await service.AssertNothingIsLeftAsync();
    }

    [PackerFact]
    public async Task What_is_wrong_with_a_template_is_said()
    {
        await using var service = await ShellService.StartAsync();
        var jobs = new List<(string, string)>();
        foreach (var (archive, said) in new[]
                 {
                     (SmallRoot.Archive(("readme", "")), "IMG7622: The recipe has no template of packer"), (SmallRoot.Archive(("a.json", "no template")), "IMG7635: packer ends with 1"),
                     (SmallRoot.Archive(("a.json", Template("exit 3", "true"))), "IMG7635: packer ends with 1"), (SmallRoot.Archive(("a.json", Template("true", "true"))), "IMG7635: packer has made no root"),
                     (SmallRoot.Archive(("a.json", Template("mkdir output-x", "echo no disk >output-x/disk"))), "IMG7635: The disk disk has no root file system"),
                 })
            jobs.Add((await service.AddCreateJobAsync(await service.AddRecipeAsync(archive, "packer")), said));
        foreach (var (job, said) in jobs)
        {
            Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
            Assert.Contains(said, await service.JobLogAsync(job));
        }
    }

    static string Template(params string[] commands) => $$"""
        {"builders": [{"type": "null", "communicator": "none"}], "provisioners": [{"type": "shell-local", "inline": {{System.Text.Json.JsonSerializer.Serialize(commands)}}}]}
        """;
}

/// <summary>A test of jobs of packer.</summary>
sealed class PackerFactAttribute : FactAttribute
{
    public PackerFactAttribute() => Skip = ShellService.WhyNot ?? new[] { "/usr/bin/packer", "/usr/bin/qemu-img", "/usr/sbin/sfdisk", "/usr/sbin/mke2fs" }.Where(tool => !File.Exists(tool)).Select(tool => $"needs {tool}; eng/test.sh installs it").FirstOrDefault();
}
