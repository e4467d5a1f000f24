using ImageSdk.Contracts.Packagers;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What the engine does in the place of the packager's commands has their effects.</summary>
public class DebianPackagerTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const string Litter = """
        #!/bin/sh
        set -e
        mkdir -p /var/cache/apt/archives/partial /var/cache/apt/archives/kept /var/lib/apt/lists/partial
        touch /var/cache/apt/archives/a_1_all.deb /var/cache/apt/archives/partial/b.deb /var/cache/apt/archives/lock /var/cache/apt/archives/kept/c
        touch /var/cache/apt/pkgcache.bin /var/cache/apt/srcpkgcache.bin /var/cache/apt/other /var/lib/apt/lists/x_Packages /var/lib/apt/lists/partial/y
        chown _apt /var/cache/apt/archives/partial
        chmod 700 /var/cache/apt/archives/partial
        ln -s /etc/passwd /var/cache/apt/archives/link
        printf 'Package: half\nStatus: deinstall ok config-files\nArchitecture: i386\nVersion: 1-1\nInstalled-Size: 3\n\n' >> /var/lib/dpkg/status

        """;

    [ImageFact]
    public async Task Cleaning_and_listing_do_what_the_commands_do()
    {
        var own = await BuildAsync("direct", script => script);
        // A comment makes it another packager, whose commands are run.
        var commands = await BuildAsync("commands", script => script + "# by hand\n");
        Assert.Equal(commands.Image.Packages, own.Image.Packages);
        Assert.Equal(Describe(commands), Describe(own));
        Assert.NotNull(own.Find("/var/cache/apt/archives/kept/c"));
        Assert.NotNull(own.Find("/var/cache/apt/other"));
        Assert.Null(own.Find("/var/cache/apt/archives/a_1_all.deb"));
        Assert.Contains(own.Image.Packages, package => package is { Name: "half:i386", Version: "1-1", Size: 3072 });
    }

    async Task<BuildResult> BuildAsync(string name, Func<string, string> change)
    {
        var (project, directory) = @base.New(name);
        ImageWorkspace.Write(directory, "files/bin/generic-packager", change(GenericPackagerScript.Write(BuiltInPackagers.Find("deb", [])!)), executable: true);
        ImageWorkspace.Write(directory, "scripts/litter", Litter);
        return await @base.Workspace.BuildAsync(project);
    }

    static string Describe(BuildResult result) => string.Join('\n', result.Tree.Walk()
        .Where(entry => entry.Path.ToString() != "/usr/bin/generic-packager")
        .Select(entry => $"{entry.Path} {entry.Inode.GetType().Name} {entry.Inode.Uid}:{entry.Inode.Gid} {(entry.Inode as ModedInode)?.Mode:x} {(entry.Inode as RegularInode)?.Hash}"));
}
