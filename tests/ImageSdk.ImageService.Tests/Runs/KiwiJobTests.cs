using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>Jobs that build recipes of kiwi-ng.</summary>
public sealed class KiwiJobTests
{
    const string Description =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <image schemaversion="7.4" name="small-{{ NAME }}">
          <description type="system"><author>tests</author><contact>tests@example.org</contact><specification>small</specification></description>
          <preferences><version>1.0.0</version><packagemanager>apt</packagemanager><type image="tbz"/></preferences>
          <users><user password="!" pwdformat="encrypted" home="/root" name="root" groups="root"/></users>
          <repository type="apt-deb" alias="main" distribution="bookworm" components="main" repository_gpgcheck="false">
            <source path="{{ MIRROR }}"/>
          </repository>
          <packages type="image"><package name="bash"/></packages>
          <packages type="bootstrap"><package name="base-files"/></packages>
        </image>
        """;

    static (string Name, string Text) Marker(string files) => (".ims_recipe_template.yaml", $"template_files: {files}\n");

    /// <summary>Takes more than a minute: a Debian is bootstrapped.</summary>
    [KiwiFact]
    public async Task A_recipe_becomes_an_image_with_the_certificate_of_the_site()
    {
        await using var service = await ShellService.StartAsync(configure: options =>
            File.WriteAllText(options.CaCertificate = Path.Combine(Path.GetDirectoryName(options.Database)!, "ca é.crt"), "certificate of the site\n"));
        var recipe = await service.AddRecipeAsync(
            SmallRoot.Archive(
                ("config.xml", Description), Marker("[config.xml]"), ("root/etc/motd", "of the overlay\n"),
                ("config.sh", $"#!/bin/sh\nset -e\nprintf '{SmallRoot.Kernel.Trim()}\\n' > /boot/vmlinuz-1\nln -s vmlinuz-1 /boot/vmlinuz\nprintf initrd > /boot/initrd\n")),
            more: new[] { new { key = "NAME", value = "debian" }, new { key = "MIRROR", value = "http://deb.debian.org/debian" } });
        var job = await service.AddCreateJobAsync(recipe);
        var done = await service.WaitForJobAsync(job);
        var log = await service.JobLogAsync(job);
        Assert.True(done["status"]!.GetValue<string>() == "success", log);
        var id = done["resultant_image_id"]!.GetValue<string>();
        Assert.Equal("of the overlay\n", service.ReadRootFile(id, "etc/motd"));
        Assert.Equal("certificate of the site\n", service.ReadRootFile(id, "etc/cray/ca/certificate_authority.crt"));
        Assert.Equal(SmallRoot.Kernel, await service.ReadTextAsync($"{id}/kernel"));
        Assert.Equal("initrd", await service.ReadTextAsync($"{id}/initrd"));
        Assert.Equal(
            ["fetching_recipe", "waiting_for_repos", "building_image", "packaging_artifacts", "success"],
            log.Split('\n').Where(line => line.StartsWith("== ", StringComparison.Ordinal)).Select(line => line[3..]));
        await service.AssertNothingIsLeftAsync();
    }

    [KiwiFact]
    public async Task What_is_wrong_with_templates_is_said()
    {
        await using var service = await ShellService.StartAsync();
        var value = new[] { new { key = "NAME", value = "x" } };
        foreach (var (archive, values, said) in new (byte[], object?, string)[]
                 {
                     (SmallRoot.Archive(("config.xml", "<image/>"), Marker("[config.xml]")), null, "IMG7623: The templates of the recipe cannot be rendered: the recipe has templates"),
                     (SmallRoot.Archive(("config.xml", "<image/>"), Marker("[gone.xml]")), value, "the template gone.xml is not there"),
                     (SmallRoot.Archive(("config.xml", "<image/>"), Marker("[../../values.json]")), value, "is outside of the recipe"),
                     (SmallRoot.Archive(("config.xml", "{% if %}"), Marker("[config.xml]")), value, "the template config.xml cannot be rendered"),
                     (SmallRoot.Archive(("config.xml", "{{ ''.__class__.__mro__ }}"), Marker("[config.xml]")), value, "IMG7623"),
                     (SmallRoot.Archive(("config.xml", "no xml")), value, "(warning) The recipe has values for templates"),
                     (SmallRoot.Archive(("config.sh", "")), null, "IMG7622: The recipe has no config.xml"),
                 })
        {
            var job = await service.AddCreateJobAsync(await service.AddRecipeAsync(archive, more: values));
            Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
            Assert.Contains(said, await service.JobLogAsync(job));
        }
    }

    [KiwiFact]
    public async Task A_repository_is_waited_for_and_a_build_that_fails_offers_a_shell_for_debugging()
    {
        await using var service = await ShellService.StartAsync();
        var path = new ImageService.Artifacts.ArtifactPath("ims", "nothing");
        // A place that answers, and is no repository to kiwi.
        await service.Artifacts.WriteAsync(path, "x"u8.ToArray(), default);
        var recipe = await service.AddRecipeAsync(
            SmallRoot.Archive(("config.xml", Description.Replace("{{ NAME }}", "bad").Replace("{{ MIRROR }}", "dir:///mnt/nothing"))));
        var job = await service.AddCreateJobAsync(recipe, await service.AddKeyAsync(await service.MakeUserKeyAsync()), debug: true);
        var shell = (await service.WaitForShellAsync(job))[0];
        service.Ssh(shell, "test -d /mnt/image/image-root && touch /mnt/image/complete");
        Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
        Assert.Contains("IMG7625", await service.JobLogAsync(job));
        Assert.Equal(["failed", "kiwi.log", "recipe"], Directory.GetFileSystemEntries(Path.Combine(service.Folder, "jobs/work", job)).Select(Path.GetFileName).Order());
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/jobs/{job}")).Status);
        await service.AssertNothingIsLeftAsync();
        Assert.Empty(Directory.GetDirectories(Path.Combine(service.Folder, "jobs/work")));
    }
}

/// <summary>A test of jobs of kiwi-ng.</summary>
sealed class KiwiFactAttribute : FactAttribute
{
    public KiwiFactAttribute() => Skip = ShellService.WhyNot ?? (File.Exists("/usr/bin/kiwi-ng") ? null : "needs kiwi; eng/test.sh installs it");
}
