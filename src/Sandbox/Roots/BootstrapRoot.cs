using System.Text;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Roots;

/// <summary>What a root gets that was made from nothing, by whichever tool.</summary>
static class BootstrapRoot
{
    /// <summary>What a device directory has at the least.</summary>
    static readonly (string Name, uint Major, uint Minor)[] Devices =
    [
        ("console", 5, 1), ("full", 1, 7), ("null", 1, 3), ("ptmx", 5, 2), ("random", 1, 8), ("tty", 5, 0), ("urandom", 1, 9), ("zero", 1, 5),
    ];

    static readonly (string Name, string Target)[] DeviceLinks =
    [
        ("fd", "/proc/self/fd"), ("stderr", "/proc/self/fd/2"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
    ];

    /// <summary>What are links into /usr where that is merged.</summary>
    static readonly string[] MergedDirectories = ["bin", "sbin", "lib"];

    /// <summary>The same for libraries of other word sizes, by architecture.</summary>
    static readonly Dictionary<string, string[]> LibraryDirectories = new()
    {
        ["amd64"] = ["lib32", "lib64", "libx32"], ["i386"] = ["lib64", "libx32"], ["ppc64el"] = ["lib64"], ["s390x"] = ["lib32"],
    };

    /// <summary>Makes the devices that are missing; an ordinary user's bootstrap program can't make the nodes.</summary>
    public static void CompleteDevices(DirectoryHandle root)
    {
        if (root.StatInRoot("dev"u8) is null)
            return;
        using var devices = root.OpenDirectory("dev"u8);
        foreach (var (name, major, minor) in Devices)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            if (devices.TryStat(bytes) is { Kind: FileKind.Regular, Size: 0 })
                devices.Unlink(bytes); // What the node was to be mounted on.
            if (devices.TryStat(bytes) is null)
                DevicePlaceholder.MakeNode(devices, bytes, InodeMode.Character | Permissions.SharedFile, DeviceNumber.Encode(major, minor));
        }
        foreach (var (name, target) in DeviceLinks)
            if (devices.TryStat(Encoding.UTF8.GetBytes(name)) is null)
                devices.MakeSymlink(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(target));
        foreach (var name in new[] { "pts", "shm" })
            devices.TryMakeDirectory(Encoding.UTF8.GetBytes(name), Permissions.Directory);
    }

    /// <summary>What must be there before any package is: dpkg's and apt's own directories, and what apt is to know.</summary>
    public static void MakeSkeleton(DirectoryHandle root, AptBootstrap bootstrap)
    {
        foreach (var directory in new[]
        {
            "dev", "etc/apt/apt.conf.d", "etc/apt/sources.list.d", "etc/apt/preferences.d", "etc/dpkg/dpkg.cfg.d", "tmp", "var/cache/apt",
            "var/lib/apt/lists/partial", "var/lib/dpkg/triggers", "var/lib/dpkg/info", "var/lib/dpkg/alternatives", "var/lib/dpkg/updates", "var/log/apt",
        })
            root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes(directory), Permissions.Directory);
        root.SetPermissions("tmp"u8, Permissions.SharedDirectory);
        if (bootstrap.MergesUsr)
            foreach (var name in MergedDirectories.Concat(LibraryDirectories.GetValueOrDefault(bootstrap.Architecture, [])))
            {
                root.MakeDirectoriesInRoot(Encoding.UTF8.GetBytes($"usr/{name}"), Permissions.Directory);
                root.MakeSymlink(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes($"usr/{name}"));
            }
        const uint mode = Permissions.File;
        WriteFile(root, "etc/apt/sources.list", bootstrap.SourcesList(), mode);
        WriteFile(root, "etc/fstab", "# UNCONFIGURED FSTAB FOR BASE SYSTEM\n", mode);
        WriteFile(root, "etc/hostname", "localhost\n", mode);
        WriteFile(root, "etc/resolv.conf", "", mode);
        WriteFile(root, "var/lib/dpkg/arch", $"{bootstrap.Architecture}\n", mode);
        WriteFile(root, "var/lib/dpkg/status", "", mode);
    }

    public static void WritePackager(DirectoryHandle root, string script) => WriteFile(root, "bin/generic-packager", script, Permissions.Program);

    /// <summary>Writes a file again, in a directory that is there.</summary>
    /// <param name="mode">Permission bits, whatever the umask.</param>
    public static void WriteFile(DirectoryHandle root, string path, string text, uint mode)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        using var directory = root.OpenDirectoryInRoot(BytePath.ParentOf(bytes));
        var name = BytePath.NameOf(bytes);
        directory.RemoveTree(name);
        using (var file = directory.CreateFile(name, mode))
            file.Write(Encoding.UTF8.GetBytes(text));
        directory.SetPermissions(name, mode);
    }
}
