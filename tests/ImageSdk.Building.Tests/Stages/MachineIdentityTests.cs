using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Sandbox.Logging;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>What identifies one machine is in no image, unless the project says so.</summary>
public class MachineIdentityTests(BaseImage @base) : IClassFixture<BaseImage>
{
    const string Make =
        """
        #!/bin/sh
        set -e
        mkdir -p /etc/ssh /var/lib/dbus /var/lib/systemd /var/lib/urandom
        echo 0123456789abcdef0123456789abcdef > /etc/machine-id
        cp /etc/machine-id /var/lib/dbus/machine-id
        for kind in rsa ed25519; do echo private > /etc/ssh/ssh_host_${kind}_key; echo public > /etc/ssh/ssh_host_${kind}_key.pub; done
        echo seed > /var/lib/systemd/random-seed
        echo seed > /var/lib/urandom/random-seed
        echo secret > /var/lib/systemd/credential.secret
        echo other > /etc/ssh/ssh_config_of_site

        """;

    static readonly string[] Files =
    [
        "/var/lib/dbus/machine-id", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_rsa_key.pub", "/etc/ssh/ssh_host_ed25519_key",
        "/var/lib/systemd/random-seed", "/var/lib/urandom/random-seed", "/var/lib/systemd/credential.secret",
    ];

    [ImageFact]
    public async Task Clean_up_resets_it()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/make", Make);
        var result = await @base.Workspace.BuildAsync(project);
        Assert.All(Files, path => Assert.Null(result.Find(path)));
        Assert.Equal(0ul, Assert.IsType<RegularInode>(result.Find("/etc/machine-id")).Size);
        Assert.NotNull(result.Find("/etc/ssh/ssh_config_of_site"));
        Assert.Contains("Reset /etc/ssh/ssh_host_rsa_key", result.Listener.OutputLines);
    }

    [ImageFact]
    public async Task A_property_keeps_some_and_the_projects_own_files_stay()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "pre-install-scripts/make", Make);
        ImageWorkspace.Write(directory, "post-install-files/etc/ssh/ssh_host_ed25519_key", "own\n");
        ImageWorkspace.Write(directory, "post-scripts-files/var/lib/systemd/random-seed", "own\n");
        var result = await @base.Workspace.BuildAsync(project with
        {
            Sandbox = project.Sandbox with { KeptIdentity = [MachineIdentity.MachineId, MachineIdentity.CredentialSecret] },
        });
        foreach (var kept in new[] { "/var/lib/dbus/machine-id", "/etc/ssh/ssh_host_ed25519_key", "/var/lib/systemd/random-seed", "/var/lib/systemd/credential.secret" })
            Assert.NotNull(result.Find(kept));
        Assert.Null(result.Find("/etc/ssh/ssh_host_rsa_key"));
        Assert.Null(result.Find("/var/lib/urandom/random-seed"));
        Assert.Equal(33ul, Assert.IsType<RegularInode>(result.Find("/etc/machine-id")).Size);
    }

    [ImageFact]
    public async Task An_ssh_server_of_systemd_makes_its_keys_when_a_machine_starts()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/make", Make + "mkdir -p /usr/lib/systemd/system\nfor f in /usr/sbin/sshd /usr/bin/ssh-keygen /usr/lib/systemd/system/ssh.service; do test -e $f || echo x > $f; done\n");
        var result = await @base.Workspace.BuildAsync(project);
        Assert.NotNull(result.Find("/etc/systemd/system/imagesdk-ssh-host-keys.service"));
        Assert.Equal("../imagesdk-ssh-host-keys.service", Assert.IsType<SymlinkInode>(result.Find("/etc/systemd/system/ssh.service.wants/imagesdk-ssh-host-keys.service")).Target.ToString());
    }

    [ImageFact]
    public async Task An_ssh_server_that_nothing_makes_keys_for_is_warned_of()
    {
        var (project, directory) = @base.New();
        ImageWorkspace.Write(directory, "scripts/make", Make + "echo x > /usr/sbin/sshd\nrm -rf /usr/lib/systemd/system\n");
        Assert.Single((await @base.Workspace.BuildAsync(project)).Listener.Warnings, warning => warning.Code == "IMG3121");
    }
}
