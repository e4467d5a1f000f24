using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Cleaning;

/// <summary>Takes out of a root what identifies one machine, and has machines make their own.</summary>
sealed class IdentityReset(StageContext context)
{
    const string KeyService = "imagesdk-ssh-host-keys.service";

    /// <summary>What makes host keys when a machine first starts.</summary>
    static readonly string[] keyMakers =
        ["usr/bin/cloud-init", "usr/lib/systemd/system/sshd-keygen.target", "usr/lib/systemd/system/sshd-keygen@.service", "usr/lib/systemd/system/ignition-setup.service"];

    static readonly string[] sshServices = ["ssh.service", "sshd.service", "ssh.socket", "sshd.socket"];

    readonly DirectoryHandle root = context.Handle;

    /// <param name="kept">Kinds that stay.</param>
    /// <param name="own">Paths that the project's own files bring.</param>
    public void Run(IReadOnlyList<string> kept, IReadOnlyList<string> own)
    {
        var removedKeys = false;
        foreach (var (kind, directory, pattern) in MachineIdentity.FilesBut(kept))
        {
            var path = Encoding.UTF8.GetBytes(directory);
            if (root.StatInRoot(path) is not { Kind: FileKind.Directory })
                continue;
            using var folder = root.OpenDirectoryInRoot(path);
            foreach (var name in folder.ReadNames())
            {
                var text = Encoding.UTF8.GetString(name);
                if (!MachineIdentity.Matches(pattern, text) || own.Contains($"{directory}/{text}") || folder.Stat(name).Kind != FileKind.Regular)
                    continue;
                Reset(folder, name, $"{directory}/{text}");
                removedKeys |= kind == MachineIdentity.SshHostKeys && directory == "etc/ssh";
            }
        }
        if (removedKeys)
            HaveKeysMade();
    }

    // An empty /etc/machine-id is one that the first start fills; without the file systemd takes it for a system's very first start.
    void Reset(DirectoryHandle folder, byte[] name, string path)
    {
        if (path != "etc/machine-id")
            folder.Unlink(name);
        else if (folder.Stat(name).Size > 0)
            root.OpenWriteInRoot(Encoding.UTF8.GetBytes(path)).Dispose();
        else
            return;
        context.Log($"Reset /{path}");
    }

    void HaveKeysMade()
    {
        if (keyMakers.Any(file => root.StatInRoot(Encoding.UTF8.GetBytes(file)) is not null))
            return;
        if (!RootFile.Exists(root, "usr/bin/ssh-keygen") || root.StatInRoot("usr/lib/systemd/system"u8) is not { Kind: FileKind.Directory } || !RootFile.Exists(root, "usr/sbin/sshd"))
        {
            if (RootFile.Exists(root, "usr/sbin/sshd"))
                context.Warn("IMG3121",
                    "The SSH server's host keys were reset, and nothing in the image makes others when a machine starts. "
                    + "Have what starts the server run \"ssh-keygen -A\" first, or keep the keys (ImageKeepIdentity=ssh-host-keys): then all machines of the image have the same ones.");
            return;
        }
        const string units = "etc/systemd/system";
        root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(units), Permissions.Directory);
        BootstrapRoot.WriteFile(root, $"{units}/{KeyService}",
            $"""
            [Unit]
            Description=Make SSH host keys where there are none
            ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key
            Before={string.Join(' ', sshServices)}

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/usr/bin/ssh-keygen -A

            """, Permissions.File);
        foreach (var service in sshServices.Where(service => root.StatInRoot(Encoding.UTF8.GetBytes($"usr/lib/systemd/system/{service}")) is not null))
        {
            var wants = Encoding.UTF8.GetBytes($"{units}/{service}.wants");
            root.MakeDirectoriesInRoot(wants, Permissions.Directory);
            using var directory = root.OpenDirectoryInRoot(wants);
            var name = Encoding.UTF8.GetBytes(KeyService);
            if (directory.TryStat(name) is null)
                directory.MakeSymlink(name, Encoding.UTF8.GetBytes($"../{KeyService}"));
        }
        context.Log($"Machines make SSH host keys of their own when they first start ({KeyService})");
    }
}
