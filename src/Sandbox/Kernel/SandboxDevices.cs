using System.Text;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// The /dev of the sandbox: a file system in memory with the machine's harmless nodes. What commands put there beside them
/// belongs to the image and is moved into it afterwards.
/// </summary>
sealed class SandboxDevices : IDisposable
{
    public static IReadOnlyList<string> Nodes { get; } = ["full", "null", "random", "tty", "urandom", "zero"];

    static readonly (string Name, string Target)[] Links =
    [
        ("fd", "/proc/self/fd"), ("ptmx", "pts/ptmx"), ("stderr", "/proc/self/fd/2"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
    ];

    readonly DirectoryHandle root;
    readonly HashSet<string> own = [.. Nodes, .. Links.Select(link => link.Name), "pts", "shm"];

    /// <param name="path">Where it is made; a directory of the worker's session.</param>
    /// <param name="root">The image's root.</param>
    /// <param name="most">Bytes that it may hold; 0 for what the kernel gives.</param>
    public SandboxDevices(string path, DirectoryHandle root, long most)
    {
        Path = path;
        this.root = root;
        Directory.CreateDirectory(path);
        // Nodes that commands make are for the image: only those mounted from the machine work.
        Mounts.Mount("tmpfs", path, "tmpfs", Mounts.Options.NoSetUid | Mounts.Options.NoDevices, most == 0 ? "mode=0755" : $"mode=0755,size={most}");
        foreach (var node in Nodes)
        {
            File.WriteAllBytes(System.IO.Path.Combine(path, node), []);
            Mounts.Mount($"/dev/{node}", System.IO.Path.Combine(path, node), null, Mounts.Options.Bind);
            // They are the machine's, and root's build could give them away. What is written to a device does not count.
            if (!WorkerEnvironment.IsRootless)
                Mounts.MakeReadOnly(System.IO.Path.Combine(path, node));
        }
        foreach (var directory in new[] { "pts", "shm" })
            Directory.CreateDirectory(System.IO.Path.Combine(path, directory));
        File.SetUnixFileMode(System.IO.Path.Combine(path, "shm"), (UnixFileMode)Permissions.SharedDirectory);
        Mounts.Mount("devpts", System.IO.Path.Combine(path, "pts"), "devpts", Mounts.Options.NoSetUid | Mounts.Options.NoExecute, "newinstance,ptmxmode=0666,mode=620");
        foreach (var (name, target) in Links)
            File.CreateSymbolicLink(System.IO.Path.Combine(path, name), target);
    }

    public string Path { get; }

    /// <summary>Moves what commands made into the image's own /dev.</summary>
    public void Adopt()
    {
        using var made = DirectoryHandle.Open(Path);
        var names = made.ReadNames().Where(name => !own.Contains(Encoding.UTF8.GetString(name))).ToList();
        if (names.Count == 0 || root.StatInRoot("dev"u8) is not { Kind: FileKind.Directory })
            return;
        using var devices = root.OpenDirectoryInRoot("dev"u8);
        foreach (var name in names)
        {
            devices.RemoveTree(name);
            Move(made, name, devices);
        }
    }

    static void Move(DirectoryHandle from, byte[] name, DirectoryHandle to)
    {
        var status = from.Stat(name);
        switch (status.Kind)
        {
            case FileKind.Directory:
                to.TryMakeDirectory(name, Permissions.OwnerDirectory);
                using (var source = from.OpenDirectory(name))
                using (var target = to.OpenDirectory(name))
                    foreach (var child in source.ReadNames())
                        Move(source, child, target);
                to.SetPermissions(name, status.Permissions);
                break;
            case FileKind.Symlink:
                to.MakeSymlink(name, from.ReadLink(name));
                break;
            case FileKind.Regular:
                using (var source = from.OpenRead(name))
                using (var target = to.CreateFile(name, Permissions.OwnerFile))
                    source.CopyTo(target);
                to.SetPermissions(name, status.Permissions);
                break;
            case FileKind.CharacterDevice or FileKind.BlockDevice or FileKind.Fifo:
                to.MakeNode(name, status.Mode, status.Rdev);
                break;
            default:
                return; // A socket has no meaning without its process.
        }
        to.SetOwner(name, status.Uid, status.Gid);
        if (status.Kind is FileKind.Regular)
            to.SetPermissions(name, status.Permissions); // Giving a file away takes its set-uid bits.
        from.RemoveTree(name);
    }

    public void Dispose() => Mounts.DetachBelow(Path);
}
