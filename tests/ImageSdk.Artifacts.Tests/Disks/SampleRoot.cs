using System.Text;
using System.Text.Json;
using ImageSdk.Artifacts.Registry;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Tests.Disks;

/// <summary>
/// A mounted root and its tree, with all that a tree may have, and files in the places of a kernel. As where an ordinary user
/// builds, there are small files in the places of devices, and owners, times and attributes are the tree's alone.
/// </summary>
sealed class SampleRoot : IDisposable
{
    public const long Epoch = 1_700_000_000;

    static readonly string Base = Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 } root ? root : Path.GetTempPath();

    static readonly FileTime EpochTime = new(Epoch, 0);

    readonly FileSystemBuilder builder = new(new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory, Mtime = EpochTime });
    readonly List<(ByteString Path, byte[] Content)> files = [];

    public SampleRoot(bool withKernel = true)
    {
        Folder = Directory.CreateDirectory(Path.Combine(Base, $"disk ü {Guid.NewGuid():N}")).FullName;
        foreach (var directory in new[] { "/boot", "/dev", "/etc", "/var", "/var/lib", "/usr", "/usr/lib", "/usr/share", "/usr/share/initramfs-tools" })
            AddDirectory(directory);
        AddFile("/etc/fstab", "# kept\nLABEL=old / ext3 defaults 0 1\ntmpfs /tmp tmpfs defaults 0 0\n");
        AddFile("/usr/share/initramfs-tools/init", "#!/bin/sh\n");
        if (withKernel)
            AddKernel();
    }

    public string Folder { get; }

    /// <summary>What formats warned of.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The disk that it was built on.</summary>
    public ISourceDisk? Source { get; set; }

    public string Root => Path.Combine(Folder, "root");

    /// <param name="drivers">Built in, beside what a live system needs.</param>
    public void AddKernel(params string[] drivers)
    {
        AddFile("/boot/vmlinuz-6.1.0-9-test", "older");
        AddFile("/boot/vmlinuz-6.1.0-10-test", new string('k', 70_000));
        AddFile("/boot/initrd.img-6.1.0-10-test", new string('i', 90_000));
        AddDirectory("/usr/lib/modules");
        AddDirectory("/usr/lib/modules/6.1.0-10-test");
        AddSymlink("/lib", "usr/lib");
        AddFile("/usr/lib/modules/6.1.0-10-test/modules.dep", "fs/isofs.ko: cd/cdrom.ko\ncd/cdrom.ko:\nfs/squashfs.ko.xz:\n");
        AddFile("/usr/lib/modules/6.1.0-10-test/modules.builtin", "kernel/overlay.ko\nkernel/loop.ko\n" + string.Concat(drivers.Select(driver => $"kernel/{driver}.ko\n")));
        AddDirectory("/usr/lib/modules/6.1.0-10-test/fs");
        AddDirectory("/usr/lib/modules/6.1.0-10-test/cd");
        foreach (var module in new[] { "fs/isofs.ko", "cd/cdrom.ko", "fs/squashfs.ko.xz" })
            AddFile($"/usr/lib/modules/6.1.0-10-test/{module}", module);
    }

    public void AddDirectory(ByteString path, uint uid = 0) =>
        builder.Add(path, new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory, Mtime = EpochTime, Uid = uid });

    public void AddSymlink(ByteString path, ByteString target) => builder.Add(path, new SymlinkInode { Target = target });

    public void AddDevice(ByteString path, uint type, ulong rdev)
    {
        builder.Add(path, new SpecialInode { Mode = type | Permissions.OwnerFile, Rdev = rdev, Mtime = EpochTime });
        files.Add((path, "placeholder"u8.ToArray()));
    }

    public void AddLink(ByteString path, ByteString existing)
    {
        builder.Link(path, existing);
        files.Add((path, files.Single(file => file.Path == existing).Content));
    }

    public void AddFile(ByteString path, string content, uint permissions = Permissions.File) => AddFile(path, Encoding.UTF8.GetBytes(content), permissions);

    public void AddFile(
        ByteString path, byte[] content, uint permissions = Permissions.File, uint uid = 0, FileTime? modified = null, params (string Name, byte[] Value)[] attributes)
    {
        builder.Add(path, new RegularInode
        {
            Mode = InodeMode.Regular | permissions, Size = (ulong)content.Length, Mtime = modified ?? EpochTime, Uid = uid, Gid = uid,
            ExtendedAttributes = ExtendedAttributes.Create(attributes.Select(pair => KeyValuePair.Create((ByteString)pair.Name, new ByteString(pair.Value)))),
        });
        files.Add((path, content));
    }

    /// <summary>Writes the files, in an order of its own, and makes the artifact.</summary>
    /// <returns>The artifact's path.</returns>
    public string Make(string format, bool backwards = false, params (string Name, string Value)[] settings)
    {
        WriteRoot(backwards);
        var tree = builder.Build();
        var chosen = ArtifactFormats.Find(format);
        var output = Path.Combine(Folder, $"disk{Directory.GetFiles(Folder).Length}.{format}");
        var scratch = Directory.CreateDirectory(Path.Combine(Folder, "scratch")).FullName;
        chosen.Write(new ArtifactContext
        {
            Root = Root, Tree = tree, Tags = new Dictionary<string, string>(), Packages = [], Name = "disk", Stream = "tests/disk",
            Architecture = "amd64", Epoch = Epoch, TreeHash = TreeHash.Compute(tree).ToString(),
            Settings = chosen.ReadSettings(settings.ToDictionary(pair => pair.Name, pair => pair.Value)),
            OutputPath = output, ScratchDirectory = scratch, Tools = new HostToolRunner(_ => { }, default), Progress = _ => { },
            Warn = (code, message) => Warnings.Add($"{code}: {message}"), Cancellation = default, Source = Source,
        });
        Directory.Delete(scratch, recursive: true);
        return output;
    }

    /// <summary>Where a disk's partitions are: bytes from its start, and bytes.</summary>
    public static IReadOnlyList<(long Start, long Size)> PartitionsOf(string disk)
    {
        using var table = JsonDocument.Parse(DiskTools.Run("sfdisk", "--json", disk));
        return [.. table.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray()
            .Select(partition => (partition.GetProperty("start").GetInt64() * 512, partition.GetProperty("size").GetInt64() * 512))];
    }

    /// <summary>Runs a command of debugfs on a partition.</summary>
    public static string Inspect(string disk, (long Start, long Size) partition, string command) =>
        DiskTools.Run("debugfs", "-R", command, $"{disk}?offset={partition.Start}");

    void WriteRoot(bool backwards)
    {
        Remove(Root);
        using var handle = Posix.DirectoryHandle.Open(Directory.CreateDirectory(Root).FullName);
        foreach (var (path, content) in backwards ? files.AsEnumerable().Reverse() : files)
        {
            if (path.Span.LastIndexOf((byte)'/') is > 0 and var slash)
                handle.MakeDirectoriesInRoot(path.Span[..slash], Permissions.Directory);
            using var file = handle.CreateBeneath(path.Span[1..], Permissions.File);
            file.Write(content);
        }
    }

    public void Dispose() => Remove(Folder);

    // Names of the sample are no text.
    static void Remove(string folder)
    {
        using var parent = Posix.DirectoryHandle.Open(Path.GetDirectoryName(folder)!);
        if (Directory.Exists(folder))
            parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(folder)));
    }
}
