using System.Globalization;
using ImageSdk.Artifacts.Disks.Contents;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>Makes an ext4 file system of a tree inside a file: mke2fs makes it empty, <see cref="Ext4Populator"/> fills it.</summary>
static class Ext4Maker
{
    public static HostTool Tool { get; } = new("mkfs.ext4", "e2fsprogs");

    const int BytesPerInode = 16384;
    const long MiB = 1 << 20;

    /// <summary>Takes checksums off again, for systems whose programs do not know them.</summary>
    public static HostTool Tuner { get; } = new("tune2fs", "e2fsprogs");

    // Said in full, so that the version of the tool does not decide. GRUB reads all of them.
    const string Features =
        "none,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";

    /// <summary>How large a file system has to be for a tree.</summary>
    /// <param name="free">Bytes that are to be free beside.</param>
    /// <param name="reserved">Percent of the blocks that are root's.</param>
    /// <returns>Bytes, a multiple of 1 MiB.</returns>
    public static long SizeOf(FileSystem tree, long free, int reserved, long? bytesPerInode = null)
    {
        var blocks = 0L;
        foreach (var inode in tree.InodeTable.Values.Append(tree.Root))
        {
            blocks += inode switch
            {
                RegularInode file => (long)((file.Size + BlockDevice.BlockSize - 1) / BlockDevice.BlockSize),
                DirectoryInode directory => Directories.CountBlocks(directory.Entries.Select(entry => entry.Name)),
                SymlinkInode { Target.Length: >= Inodes.BlockLength } => 1,
                _ => 0,
            };
            if (inode.ExtendedAttributes.Count > 0 && !AttributeBlocks.FitInInode(inode.ExtendedAttributes))
                blocks++;
        }
        // An eighth more, as files grow; bitmaps, descriptors and room for more of them.
        var content = blocks * BlockDevice.BlockSize;
        var least = content + content / 8 + free + 8 * MiB;
        var size = least + JournalSize(least);
        size += Math.Max(size / (bytesPerInode ?? BytesPerInode), tree.InodeTable.Count) * Inodes.Size;
        size = size * 100 / (100 - reserved);
        return (size + MiB - 1) / MiB * MiB;
    }

    /// <param name="file">A sparse file that has nothing but zeros there.</param>
    /// <param name="offset">Where the file system begins, in bytes.</param>
    /// <param name="size">Bytes.</param>
    /// <exception cref="FileSystemFullException">The tree does not fit.</exception>
    public static void Make(ArtifactContext context, PartitionContent content, string file, long offset, long size, Ext4Settings settings)
    {
        var bytesPerInode = settings.BytesPerInode ?? BytesPerInode;
        var inodes = Math.Max(size / bytesPerInode, content.Tree.InodeTable.Count + GroupDescriptors.FirstInode + 64);
        // Nothing but what is said here counts, and not what the machine has as usual.
        var configuration = Path.Combine(context.ScratchDirectory, "mke2fs.conf");
        File.WriteAllText(configuration, "[fs_types]\n ext4 = {\n  base_features = none\n }\n");
        var environment = new Dictionary<string, string> { ["E2FSPROGS_FAKE_TIME"] = Number(context.Epoch), ["MKE2FS_CONFIG"] = configuration };
        var hasJournal = settings.Former?.HasJournal != false;
        context.Tools.Run(Tool,
            [
                "-q", "-F", "-b", Number(BlockDevice.BlockSize), "-I", Number(Inodes.Size), "-N", Number(inodes), "-m", Number(settings.Reserved),
                .. hasJournal ? ["-J", $"size={JournalSize(size) / MiB}"] : Array.Empty<string>(), "-O", hasJournal ? $"{Features},has_journal" : Features, "-U", settings.Uuid.ToString(), "-L", settings.Label,
                // A new file is zeros already: no table has to be written, nor by the kernel later.
                "-E", $"offset={offset},hash_seed={settings.HashSeed},assume_storage_prezeroed=1,nodiscard,lazy_itable_init=0,lazy_journal_init=0",
                file, $"{size / 1024}k",
            ],
            environment);
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            Ext4Populator.Populate(content, context.EpochTime, () => new BlockDevice(handle, offset), settings.Former, context.Cancellation);
        if (settings.Former is { HasChecksums: false })
            context.Tools.Run(Tuner, ["-O", "^metadata_csum", $"{file}?offset={offset}"], environment);
    }

    // As mke2fs does it by itself; said to it so that it stays so.
    static long JournalSize(long size) => MiB * (size / MiB) switch
    {
        < 128 => 4,
        < 1024 => 16,
        < 2048 => 32,
        < 16384 => 64,
        < 32768 => 128,
        _ => 256,
    };

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What an ext4 file system is to be like.</summary>
/// <param name="Reserved">Percent of the blocks that are root's.</param>
/// <param name="BytesPerInode">Null for what is usual.</param>
/// <param name="Former">Of the file system whose place it takes; null for none.</param>
sealed record Ext4Settings(Guid Uuid, Guid HashSeed, string Label, int Reserved, long? BytesPerInode, FormerSuperblock? Former = null);
