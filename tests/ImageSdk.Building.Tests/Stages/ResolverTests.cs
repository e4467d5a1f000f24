using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Sandbox.Lending;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>The machine's name servers are there for every command, whatever the image makes of /etc/resolv.conf, and in no image.</summary>
public class ResolverTests(BaseImage @base) : IClassFixture<BaseImage>
{
    static string Machine { get; } = File.ReadLines("/etc/resolv.conf").First(line => line.StartsWith("nameserver", StringComparison.Ordinal));

    static string Sees => $"grep -qxF '{Machine}' /etc/resolv.conf || {{ ls -l /etc/resolv.conf; cat /etc/resolv.conf; exit 1; }}";

    async Task<BuildResult> BuildAsync(params string[] scripts) => (await BuildProjectAsync(scripts)).Result;

    async Task<(BuildResult Result, ImageProject Project)> BuildProjectAsync(string[] scripts, Action<string>? prepare = null)
    {
        var (project, directory) = @base.New();
        prepare?.Invoke(directory);
        for (var number = 0; number < scripts.Length; number++)
            ImageWorkspace.Write(directory, $"scripts/{number}", $"#!/bin/sh\nset -e\n{scripts[number]}\n");
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        AssertNoTrace(result);
        return (result, project);
    }

    void AssertNoTrace(BuildResult result)
    {
        var store = @base.Workspace.Open();
        foreach (var entry in result.Tree.Walk())
            if (entry.Inode is RegularInode { Size: > 0 and < 1 << 20 } file)
            {
                using var content = store.Objects.OpenRead(file.Hash);
                var read = new byte[file.Size];
                content.ReadExactly(read);
                Assert.True(read.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Machine)) < 0 && !MachineResolver.IsIn(read), entry.Path.ToString());
            }
    }

    [ImageFact]
    public async Task A_link_made_by_systemd_resolved_keeps_names_resolved_and_stays_a_link()
    {
        var result = await BuildAsync(
            $"cp -a /etc/resolv.conf /etc/.resolv.conf.systemd-resolved.bak\nln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf\n{Sees}", Sees);
        Assert.Equal("../run/systemd/resolve/stub-resolv.conf", Assert.IsType<SymlinkInode>(result.Find("/etc/resolv.conf")).Target.ToString());
        Assert.Equal(0ul, Assert.IsType<RegularInode>(result.Find("/etc/.resolv.conf.systemd-resolved.bak")).Size);
        Assert.Null(result.Find("/run/systemd/resolve"));
    }

    [ImageTheory]
    [InlineData("/run/NetworkManager/resolv.conf")]
    [InlineData("../var/run/a b/ä/resolv.conf")]
    [InlineData("/etc/resolvconf/run/resolv.conf")]
    public async Task Wherever_a_link_leads_there_are_name_servers(string target)
    {
        var result = await BuildAsync($"mkdir -p /etc/resolvconf\nln -s /run/resolvconf /etc/resolvconf/run\nln -sf '{target}' /etc/resolv.conf", Sees);
        Assert.Equal(target, Assert.IsType<SymlinkInode>(result.Find("/etc/resolv.conf")).Target.ToString());
        Assert.All(new[] { "/run/NetworkManager", "/run/a b", "/run/resolvconf", "/run/systemd/resolve" }, path => Assert.Null(result.Find(path)));
    }

    [ImageFact]
    public async Task What_resolvconf_puts_together_of_the_machines_is_taken_out()
    {
        var result = await BuildAsync(
            "mkdir -p /run/resolvconf/interface /etc/resolvconf/resolv.conf.d\ncp /etc/resolv.conf /etc/resolvconf/resolv.conf.d/original\n"
            + "{ echo '# generated'; grep '^nameserver' /etc/resolv.conf; echo 'options edns0'; } > /run/resolvconf/resolv.conf\ncp /run/resolvconf/resolv.conf /run/resolvconf/interface/original\nln -sf /run/resolvconf/resolv.conf /etc/resolv.conf", Sees);
        Assert.Equal(0ul, Assert.IsType<RegularInode>(result.Find("/etc/resolvconf/resolv.conf.d/original")).Size);
        Assert.Equal((ulong)"# generated\noptions edns0\n".Length, Assert.IsType<RegularInode>(result.Find("/run/resolvconf/interface/original")).Size);
    }

    [ImageFact]
    public async Task An_images_own_name_servers_are_covered_and_come_back()
    {
        const string own = "nameserver 192.0.2.53\n";
        var (_, project) = await BuildProjectAsync([Sees, "rm /etc/resolv.conf", Sees, "echo 'nameserver 192.0.2.54' > /etc/resolv.conf", Sees],
            directory => ImageWorkspace.Write(directory, "files/etc/resolv.conf", own));
        // Clean-up empties it, as it always did; the file of post-scripts-files stays.
        Assert.Equal("", @base.Workspace.ReadFile(project, "/etc/resolv.conf"));
        var (_, other) = await BuildProjectAsync([Sees], directory => ImageWorkspace.Write(directory, "post-scripts-files/etc/resolv.conf", own));
        Assert.Equal(own, @base.Workspace.ReadFile(other, "/etc/resolv.conf"));
    }

    [ImageFact]
    public async Task What_a_script_adds_to_the_file_stays_and_is_not_the_machines()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/1", "#!/bin/sh\necho 'options timeout:1' >> /etc/resolv.conf\ncp /etc/resolv.conf /opt/copy\n");
        var result = await @base.Workspace.BuildAndPublishAsync(project);
        AssertNoTrace(result);
        Assert.Equal("options timeout:1\n", @base.Workspace.ReadFile(project, "/opt/copy"));
    }

    [ImageFact]
    public async Task Without_the_network_there_are_no_name_servers_to_copy()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/1", "#!/bin/sh\ntest ! -s /etc/resolv.conf\n");
        await @base.Workspace.BuildAsync(project with { Sandbox = project.Sandbox with { ScriptsNetwork = false } });
    }

    [ImageFact]
    public async Task Tests_resolve_names_too()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "tests/names", $"#!/bin/sh\n{Sees}\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        Assert.Equal("", @base.Workspace.ReadFile(project, "/etc/resolv.conf"));
    }

    [ImageFact]
    public async Task An_address_in_another_file_is_warned_of_and_one_in_a_comment_is_not()
    {
        var address = Machine.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/1", $"#!/bin/sh\necho 'server={address}' > /etc/dnsmasq.conf\necho '# server={address}' > /etc/other.conf\necho 'x={address}9' > /etc/third.conf\n");
        var result = await @base.Workspace.BuildAsync(project);
        var warning = Assert.Single(result.Listener.Warnings, warning => warning.Code == "IMG3120");
        Assert.Contains("/etc/dnsmasq.conf has the address of a name server", warning.Message);
    }

    [ImageFact]
    public async Task The_machines_id_and_name_are_not_seen()
    {
        var id = File.Exists("/etc/machine-id") ? File.ReadAllText("/etc/machine-id").Trim() : "none";
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/1", "#!/bin/sh\n{ uname -n; cat /proc/sys/kernel/hostname /etc/hostname /etc/machine-id /etc/hosts; env; } > /opt/seen 2>/dev/null || true\n");
        await @base.Workspace.BuildAndPublishAsync(project);
        var seen = @base.Workspace.ReadFile(project, "/opt/seen");
        Assert.DoesNotContain(id, seen);
        Assert.DoesNotContain(Environment.MachineName, seen.Split('\n'));
    }
}
