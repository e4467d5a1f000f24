using ImageSdk.Contracts.Packagers;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Lists that only apt can install: it does so in steps, and the image is the one that it makes of the whole list at once.</summary>
public class AptStepTests(BaseImage @base) : IClassFixture<BaseImage>
{
    static readonly string OtherPackager = GenericPackagerScript.Write(
        BuiltInPackagers.Find("deb", [])! with { Verbatim = ["export DEBIAN_FRONTEND=noninteractive", "true"] });

    /// <summary>What records when something was done, or what was before.</summary>
    static readonly string[] Exceptions = ["/bin/generic-packager", "/usr/bin/generic-packager", "/var/log/", "/var/cache/", "/var/lib/dpkg/status-old"];

    static readonly (string, string) Users = ("postinst", "#!/bin/sh\nset -e\n[ \"$1\" != configure ] || echo $DPKG_MAINTSCRIPT_PACKAGE $2 >> /etc/configured\n");

    static int CountOf(BuildResult result, string text) => result.Listener.OutputLines.Count(line => line.StartsWith(text, StringComparison.Ordinal));

    static List<string> LinesOf(BuildResult result)
    {
        using var stream = new MemoryStream();
        new Listing { Fields = Listing.FieldsWithout("t") }.Write(result.Tree, stream);
        return
        [
            .. System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !Exceptions.Any(exception => line[line.IndexOf('/', StringComparison.Ordinal)..].StartsWith(exception, StringComparison.Ordinal))),
        ];
    }

    [ImageFact]
    public async Task Behind_a_hook_of_dpkg_a_package_added_at_the_end_is_installed_alone()
    {
        var (project, directory) = @base.New("apt-hook");
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, "hooked repository"));
        project = repository.Use(project, directory);
        ImageWorkspace.Write(directory, "files/etc/apt/apt.conf.d/docker-clean", "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb || true\"; \"echo hooked >> /var/hooked\"; };\n");
        repository.Add("lib");
        repository.Add("meta", fields: "Section: metapackages\nDepends: lib");
        repository.Add("last");
        var first = await @base.Workspace.BuildAsync(project with { Packages = ["meta"] });
        Assert.NotNull(first.Find("/var/hooked"));
        var second = await @base.Workspace.BuildAsync(project with { Packages = ["meta", "last"] });
        Assert.Contains("From the cache: meta (2 packages)", second.Listener.OutputLines);
        Assert.Equal(1, CountOf(second, "Setting up "));
        Assert.Equal(1, CountOf(second, "Setting up last "));
        Assert.NotNull(second.Find("/usr/share/lib/version"));
    }

    [ImageFact]
    public async Task A_list_that_removes_and_replaces_makes_the_image_that_apt_makes_of_it_at_once()
    {
        var (below, directory) = @base.New("apt-below");
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, "changing repository"));
        below = repository.Use(below, directory);
        repository.Add("old", fields: "Provides: agent", scripts: Users);
        repository.Add("client", fields: "Depends: agent", scripts: Users);
        repository.Add("aside", scripts: Users);
        await @base.Workspace.BuildAndPublishAsync(below with { Packages = ["old", "client", "aside"] });
        repository.Add("new", fields: "Provides: agent\nConflicts: old\nDepends: lib", scripts: Users);
        repository.Add("lib", scripts: Users);
        repository.Add("one", scripts: Users);
        repository.Add("choice", fields: "Depends: lib, bad | good", scripts: Users);
        repository.Add("bad", fields: "Conflicts: good", scripts: Users);
        repository.Add("good", scripts: Users);
        repository.Add("two", fields: "Depends: lib", scripts: Users);

        async Task<BuildResult> BuildAsync(string name, string[] list, string packager)
        {
            var upper = @base.Workspace.NewManifest(name);
            ImageWorkspace.Write(upper, "manifest", $$"""{"SourceImage": "{{below.Stream}}"}""");
            if (packager.Length > 0)
                ImageWorkspace.Write(upper, "files/bin/generic-packager", packager, executable: true);
            return await @base.Workspace.BuildAsync(repository.Use(@base.Workspace.Project($"test/{name}", upper), upper) with { Packages = list });
        }

        // "good" comes after the package that would take "bad" if it were alone.
        string[] list = ["one", "choice", "new", "good"];
        var steps = await BuildAsync("apt-steps", list, "");
        Assert.Contains(steps.Listener.OutputLines, line => line.StartsWith("apt installs the packages of each step: ", StringComparison.Ordinal));
        var whole = await BuildAsync("apt-whole", list, OtherPackager);
        Assert.Null(steps.Find("/usr/share/old/version"));
        Assert.NotNull(steps.Find("/usr/share/client/version"));
        Assert.Equal(LinesOf(whole).Where(line => !line.Contains("/etc/configured", StringComparison.Ordinal)), LinesOf(steps).Where(line => !line.Contains("/etc/configured", StringComparison.Ordinal)));
        Assert.Equal(whole.Image.Packages, steps.Image.Packages);
        var longer = await BuildAsync("apt-steps", [.. list, "two"], "");
        Assert.Equal(1, CountOf(longer, "Setting up "));
        Assert.Equal(1, CountOf(longer, "Setting up two "));
    }

    [ImageFact]
    public async Task Packages_of_another_architecture_are_installed_in_steps_with_theirs()
    {
        var (project, directory) = @base.New("apt-foreign");
        var repository = new LocalRepository(Path.Combine(@base.Workspace.Folder, "foreign repository"));
        project = repository.Use(project, directory);
        ImageWorkspace.Write(directory, "pre-install-scripts/add", "#!/bin/sh\ndpkg --add-architecture i386\n", executable: true);
        repository.Add("data", fields: "Multi-Arch: foreign");
        repository.Architecture = "i386";
        repository.Add("libgame", fields: "Multi-Arch: same\nDepends: data");
        repository.Add("game", fields: "Depends: libgame");
        repository.Architecture = "all";
        repository.Add("last");
        var first = await @base.Workspace.BuildAsync(project with { Packages = ["game:i386"] });
        Assert.NotNull(first.Find("/usr/share/libgame/version"));
        var second = await @base.Workspace.BuildAsync(project with { Packages = ["game:i386", "last"] });
        Assert.Equal(1, CountOf(second, "From the cache: game:i386 (3 packages)"));
        Assert.Equal(1, CountOf(second, "Setting up "));
        await @base.Workspace.PublishAsync(project);
        var states = @base.Workspace.ReadFile(project, "/var/lib/apt/extended_states");
        Assert.Contains("Package: libgame\nArchitecture: i386\nAuto-Installed: 1\n", states);
        Assert.DoesNotContain("Package: game\n", states);
    }
}
