using System.Security.Cryptography;
using System.Text;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Artifacts.Disks.Contents;
using ImageSdk.Artifacts.Disks.Ext4;
using ImageSdk.Artifacts.Disks.Verity;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Disks;

/// <summary>Writes the bytes of a disk into a sparse file. No device is needed, and no privilege.</summary>
sealed class RawDisk
{
    const string GrubDirectory = "/boot/grub";
    const string EfiMountPoint = "/boot/efi";

    readonly ArtifactContext context;
    readonly DiskSettings settings;
    readonly Guid efiIdentifier;

    RawDisk(ArtifactContext context, DiskSettings settings)
    {
        this.context = context;
        this.settings = settings;
        efiIdentifier = context.Identifier("EFI file system");
    }

    /// <summary>The programs that <c>Write</c> runs.</summary>
    public static IReadOnlyList<HostTool> Tools(ArtifactSettings said)
    {
        var settings = DiskSettings.Of(said);
        return
        [
            PartitionTable.Tool,
            .. settings.FileSystems.Select(type => type == "btrfs" ? BtrfsMaker.Tool : Ext4Maker.Tool),
            .. settings.Uefi ? EfiSystemPartition.Tools : [],
            .. settings is { Bootable: true, IsUnified: false } ? new[] { GrubImage.Tool } : [],
        ];
    }

    /// <param name="file">Is made.</param>
    /// <param name="sizeUnit">Bytes; the disk has a multiple of them.</param>
    /// <exception cref="ArtifactException">The image cannot be put on a disk, or a tool failed.</exception>
    public static void Write(ArtifactContext context, string file, long sizeUnit = PartitionTable.SectorSize) =>
        new RawDisk(context, DiskSettings.Of(context.Settings, sizeUnit)).Write(file);

    void Write(string file)
    {
        if (settings.Bootable && context.Architecture != "amd64")
            throw new ArtifactException("IMG6026", $"Disks of the architecture {context.Architecture} can't be made bootable; amd64 is the only one that can. Set Bootable=\"false\", or build for amd64.");
        var partitions = settings.Partitions;
        var names = partitions.Select(partition => new Volume(
            partition, context.Identifier($"file system {partition.MountPoint}"), context.Identifier($"hash seed {partition.MountPoint}"), context.Tree)).ToArray();
        var trees = AddFiles(names).Divide(partitions);
        var volumes = names.Select((volume, index) => volume with { Tree = trees[index].Tree }).ToArray();
        var kernel = settings.IsUnified ? KernelFiles.Find(context.Tree) : null;
        var added = settings.HasVerity ? VerityInitramfs.Create(context, kernel!) : [];
        var layout = DiskLayout.Plan(context, settings, volumes, kernel is null ? EfiSystemPartition.UsualSize : UnifiedBoot.PartitionSize(context, kernel, added.Length));
        SparseFile.Create(file, layout.Size);
        for (var index = 0; index < volumes.Length; index++)
            MakeFileSystem(file, volumes[index], layout.Volumes[index], trees[index].Added);
        var place = $"root={volumes[0].Source(settings.RootByLabel)} ro";
        if (layout.Hashes is not null)
            (layout, place) = AddHashes(file, layout);
        PartitionTable.Write(context, file, context.Identifier("disk"), layout.Partitions);
        if (kernel is not null)
            UnifiedBoot.Install(context, settings, kernel, CommandLine(place), added, file, layout.Efi!, efiIdentifier);
        else if (settings.Bootable)
            InstallGrub(file, layout, Volume.Of(volumes, GrubDirectory));
    }

    string CommandLine(string place) => $"{place} {KernelCommandLine.Of(context)} {context.Settings["ExtraKernelOptions"]}".TrimEnd();

    /// <summary>Writes the hashes of the root; the partitions are named by what comes out.</summary>
    (DiskLayout Layout, string Place) AddHashes(string file, DiskLayout layout)
    {
        var (root, hashes) = (layout.Volumes[0], layout.Hashes!);
        var salt = SHA256.HashData(Encoding.ASCII.GetBytes($"{context.TreeHash}\nverity salt"));
        var hash = VerityTree.Write(file, root.Start, root.Size, hashes.Start, salt, context.Identifier("verity"), context.Cancellation);
        var (rootIdentifier, hashesIdentifier) = VerityInitramfs.Partitions(hash);
        return (
            layout with { Hashes = hashes with { Identifier = hashesIdentifier }, Volumes = [root with { Identifier = rootIdentifier }, .. layout.Volumes.Skip(1)] },
            VerityInitramfs.Options(hash, salt, root.Size / VerityTree.BlockSize, settings.Verity == "overlay"));
    }

    VolumeTrees AddFiles(IReadOnlyList<Volume> volumes)
    {
        var trees = new VolumeTrees(context.Tree, context.EpochTime);
        if (!settings.Bootable)
            return trees;
        if (!settings.IsUnified)
            AddMenu(trees, volumes);
        foreach (var (path, content) in DiskGrowth.Files(settings, context.Tree))
            trees.Add(path, content);
        trees.Add("/etc/fstab", FileSystemTable.Create([.. Mounts(volumes)], ReadTable(), withRoot: !settings.HasVerity));
        return trees;
    }

    void AddMenu(VolumeTrees trees, IReadOnlyList<Volume> volumes)
    {
        var kernel = KernelFiles.Find(context.Tree);
        var initrd = kernel.RequireInitrd();
        var (kernelVolume, initrdVolume) = (Volume.Of(volumes, kernel.Kernel), Volume.Of(volumes, initrd));
        if (kernelVolume != initrdVolume)
            throw new ArtifactException("IMG6024", $"{kernel.Kernel} and {initrd} would be in different partitions ({kernelVolume.MountPoint} and {initrdVolume.MountPoint}). Keep them in one.");
        var root = volumes[0].Source(settings.RootByLabel);
        var title = kernel.Version.Length > 0 ? $"Linux {kernel.Version}" : "Linux";
        trees.Add($"{GrubDirectory}/grub.cfg", GrubConfiguration.Menu(
            title, kernelVolume.Search, kernelVolume.PathWithin(kernel.Kernel), kernelVolume.PathWithin(initrd),
            CommandLine($"root={root} ro"), settings.BootTimeout));
    }

    IEnumerable<(string Source, string MountPoint, string Type, string Options)> Mounts(IReadOnlyList<Volume> volumes)
    {
        foreach (var volume in volumes)
            yield return (volume.Source(settings.RootByLabel), volume.MountPoint, volume.Settings.FileSystemType, volume.Settings.Grow ? DiskGrowth.MountOptions : "defaults");
        // Whoever has the directory has programs that keep it up to date.
        if (settings.Uefi && context.Tree.Index.Find(EfiMountPoint) is DirectoryInode)
            yield return ($"UUID={EfiSystemPartition.UuidOf(efiIdentifier)}", EfiMountPoint, "vfat", "umask=0077");
    }

    string ReadTable()
    {
        const int most = 1 << 20;
        if (context.Tree.Index.Find("/etc/fstab") is not RegularInode { Size: > 0 and < most and var size })
            return "";
        using var root = context.OpenRoot();
        using var file = root.OpenBeneath("etc/fstab"u8);
        var bytes = new byte[size];
        return Encoding.UTF8.GetString(bytes, 0, file.Read(bytes));
    }

    void InstallGrub(string file, DiskLayout layout, Volume boot)
    {
        var early = GrubConfiguration.Early(boot.Search, boot.PathWithin(GrubDirectory));
        if (layout.Bios is { } bios)
        {
            var core = GrubImage.Make(context, GrubPlatform.Bios, GrubPlatform.Bios.Name, early, "ext2", "btrfs");
            using var disk = File.OpenWrite(file);
            BiosBootLoader.Install(core, disk, bios);
        }
        if (layout.Efi is { } efi)
        {
            var loader = GrubImage.Make(context, GrubPlatform.Efi, GrubPlatform.Efi.Name, early, "ext2", "btrfs");
            EfiSystemPartition.Make(context, file, efi.Start, efi.Size, efiIdentifier, (loader, EfiSystemPartition.UsualPath));
        }
    }

    void MakeFileSystem(string file, Volume volume, Partition partition, IReadOnlyDictionary<ulong, byte[]> added)
    {
        using var root = context.OpenRoot();
        var content = new PartitionContent(volume.Tree, root, volume.MountPoint, added);
        if (volume.IsBtrfs)
        {
            BtrfsMaker.Make(context, volume, content, file, partition.Start, partition.Size);
            return;
        }
        try
        {
            Ext4Maker.Make(context, content, file, partition.Start, partition.Size,
                new Ext4Settings(volume.Uuid, volume.HashSeed, volume.Settings.FileSystemLabel, volume.Reserved, volume.Settings.BytesPerInode));
        }
        catch (FileSystemFullException exception)
        {
            throw new ArtifactException("IMG6025", $"The partition of {volume.MountPoint} is too small for its files: {exception.Message} Raise its size.", exception);
        }
    }
}
