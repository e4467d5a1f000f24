using ImageSdk.Artifacts.Disks.Contents;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>
/// Puts a tree into an empty file system that mke2fs has made. mke2fs itself could do it (-d), but takes names in the order in
/// which the folder happens to list them, changes of inodes as the folder happens to have them, and no devices from a folder
/// without them: equal trees would not give equal bytes.
/// </summary>
sealed class Ext4Populator
{
    static readonly ByteString LostAndFound = "lost+found";

    readonly PartitionContent content;
    readonly FileTime made;
    readonly BlockDevice data;
    readonly BlockDevice inodes;
    readonly Superblock superblock;
    readonly GroupDescriptors groups;
    readonly Dictionary<ulong, uint> numbers = [];
    readonly byte[] buffer = new byte[1 << 20];
    readonly CancellationToken cancellation;

    Ext4Populator(PartitionContent content, FileTime made, Func<BlockDevice> open, FormerSuperblock? former, CancellationToken cancellation)
    {
        this.content = content;
        this.made = made;
        this.cancellation = cancellation;
        // Inodes and data are written in turn, each in order: two buffers.
        (data, inodes) = (open(), open());
        superblock = new Superblock(data);
        if (former is not null)
            superblock.TakeOver(former);
        groups = new GroupDescriptors(data, superblock);
    }

    /// <param name="made">When all of it was made.</param>
    /// <param name="open">Gives the file system's blocks; called more than once.</param>
    /// <param name="former">Of the file system whose place it takes; null for none.</param>
    /// <exception cref="FileSystemFullException">It does not fit.</exception>
    public static void Populate(PartitionContent content, FileTime made, Func<BlockDevice> open, FormerSuperblock? former, CancellationToken cancellation) =>
        new Ext4Populator(content, made, open, former, cancellation).Populate();

    void Populate()
    {
        var entries = content.Tree.Index.Entries;
        foreach (var (_, number, _) in entries)
            if (number is { } known && !numbers.ContainsKey(known))
                numbers.Add(known, groups.AllocateInode());
        var parents = new Stack<(int Length, uint Inode)>();
        var written = new HashSet<ulong>();
        foreach (var entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.IsRoot)
            {
                WriteRoot((DirectoryInode)entry.Inode);
                continue;
            }
            if (!written.Add(entry.InodeNumber!.Value))
                continue;
            var number = numbers[entry.InodeNumber.Value];
            if (entry.Inode is DirectoryInode directory)
            {
                var slash = entry.Path.Span.LastIndexOf((byte)'/');
                while (parents.TryPeek(out var top) && top.Length > slash)
                    parents.Pop();
                WriteDirectory(directory, number, parents.TryPeek(out var parent) ? parent.Inode : Inodes.Root, new Extents(), []);
                groups.CountDirectory(number);
                parents.Push((entry.Path.Length, number));
            }
            else
                WriteOther(entry, number);
        }
        data.Flush();
        inodes.Flush();
        groups.Write();
        data.Flush();
    }

    // mke2fs has given the root a block, and made lost+found in it.
    void WriteRoot(DirectoryInode root)
    {
        if (root.Entries.Any(entry => entry.Name == LostAndFound))
            throw new ArtifactException("IMG6028", "The image has a lost+found in the root of a file system, where ext4 has its own. Remove it from the image (ImageExcludeLines: /lost[+]found.*).");
        var old = new byte[Inodes.Size];
        data.Read(groups.PlaceOfInode(Inodes.Root), old);
        var extents = new Extents();
        extents.Add(0, Extents.FirstBlockOf(old.AsSpan(Inodes.BlockPlace, Inodes.BlockLength)), 1);
        WriteDirectory(root, Inodes.Root, Inodes.Root, extents, [(LostAndFound, Inodes.LostAndFound, InodeMode.Directory)]);
    }

    void WriteDirectory(
        DirectoryInode directory, uint number, uint parent, Extents extents, IEnumerable<(ByteString Name, uint Inode, uint Mode)> others)
    {
        var subdirectories = others.Count() + directory.Entries.Count(entry => content.Tree.InodeTable[entry.InodeNumber] is DirectoryInode);
        var names = directory.Entries.Select(entry => (entry.Name, numbers[entry.InodeNumber], ModeOf(content.Tree.InodeTable[entry.InodeNumber])));
        var blocks = Directories.Create(number, parent, others.Concat(names), Seed(number)).AsSpan();
        var inode = Inodes.Create(directory, ModeOf(directory), directory.Mtime ?? made, made);
        Inodes.SetSize(inode, blocks.Length);
        // More subdirectories than the count of links can tell are not counted.
        Inodes.SetLinks(inode, 2 + subdirectories > 65000 ? 1 : 2 + subdirectories);
        if (extents.BlockCount > 0)
        {
            data.Write(extents.First * BlockDevice.BlockSize, blocks[..BlockDevice.BlockSize]);
            blocks = blocks[BlockDevice.BlockSize..];
        }
        AppendBlocks(blocks, (uint)extents.BlockCount, extents);
        WriteInode(inode, number, directory, extents, "/");
    }

    void WriteOther(FileSystemEntry entry, uint number)
    {
        var inode = Inodes.Create(entry.Inode, ModeOf(entry.Inode), FileTime.Of(entry.Inode) ?? made, made);
        Inodes.SetLinks(inode, content.Tree.Index.CountLinks(entry));
        Extents? extents = null;
        switch (entry.Inode)
        {
            case RegularInode file:
                Inodes.SetSize(inode, (long)file.Size);
                extents = WriteContent(entry);
                break;
            case ComputedInode:
                extents = new Extents();
                break;
            case SymlinkInode { Target: var target }:
                Inodes.SetSize(inode, target.Length);
                if (target.Length < Inodes.BlockLength)
                    target.Span.CopyTo(inode.AsSpan(Inodes.BlockPlace));
                else
                {
                    extents = new Extents();
                    var padded = new byte[BlockDevice.BlockSize];
                    target.Span.CopyTo(padded);
                    AppendBlocks(padded, 0, extents);
                }
                break;
            case SpecialInode special when InodeKind.IsDevice(special):
                Inodes.SetDevice(inode, special.Rdev);
                break;
        }
        WriteInode(inode, number, entry.Inode, extents, entry.Path);
    }

    // Blocks of zeros become holes, whether they were holes in the image or not.
    Extents WriteContent(FileSystemEntry entry)
    {
        var extents = new Extents();
        var logical = 0u;
        content.Read(entry, buffer, chunk =>
        {
            var start = 0;
            var blocks = (chunk.Length + BlockDevice.BlockSize - 1) / BlockDevice.BlockSize;
            for (var block = 0; block <= blocks; block++)
            {
                if (block < blocks && chunk[(block * BlockDevice.BlockSize)..Math.Min(chunk.Length, (block + 1) * BlockDevice.BlockSize)].ContainsAnyExcept((byte)0))
                    continue;
                if (block > start)
                    AppendBlocks(chunk[(start * BlockDevice.BlockSize)..Math.Min(chunk.Length, block * BlockDevice.BlockSize)], logical + (uint)start, extents);
                start = block + 1;
            }
            logical += (uint)blocks;
        });
        return extents;
    }

    void AppendBlocks(ReadOnlySpan<byte> bytes, uint logical, Extents extents)
    {
        while (bytes.Length > 0)
        {
            var (first, count) = groups.AllocateBlocks((bytes.Length + BlockDevice.BlockSize - 1) / BlockDevice.BlockSize);
            extents.Add(logical, first, count);
            var length = Math.Min(bytes.Length, count * BlockDevice.BlockSize);
            data.Write(first * BlockDevice.BlockSize, bytes[..length]);
            if (length % BlockDevice.BlockSize is > 0 and var rest)
                data.Write(first * BlockDevice.BlockSize + length, Zeros[rest..]);
            bytes = bytes[length..];
            logical += (uint)count;
        }
    }

    static ReadOnlySpan<byte> Zeros => new byte[BlockDevice.BlockSize];

    void WriteInode(byte[] inode, uint number, Inode source, Extents? extents, ByteString path)
    {
        var seed = Seed(number);
        var blocks = 0L;
        if (extents is not null)
        {
            Inodes.SetExtents(inode);
            extents.Write(inode.AsSpan(Inodes.BlockPlace, Inodes.BlockLength), data, groups, seed);
            blocks = extents.BlockCount;
        }
        if (source.ExtendedAttributes.Count > 0 && AttributeBlocks.FitInInode(source.ExtendedAttributes))
            AttributeBlocks.WriteToInode(inode, source.ExtendedAttributes);
        else if (source.ExtendedAttributes.Count > 0)
        {
            var block = groups.AllocateBlock();
            data.Write(block * BlockDevice.BlockSize, AttributeBlocks.CreateBlock(source.ExtendedAttributes, block, superblock.Seed, path));
            Inodes.SetAttributesBlock(inode, block);
            blocks++;
        }
        Inodes.SetBlockCount(inode, blocks);
        Inodes.SetChecksum(inode, seed);
        inodes.Write(groups.PlaceOfInode(number), inode);
    }

    uint Seed(uint number) => Inodes.Seed(superblock.Seed, number);

    static uint ModeOf(Inode inode) => inode switch
    {
        ModedInode { Mode: var mode } => mode,
        SymlinkInode => InodeMode.Symlink | Permissions.All,
        _ => throw new InvalidDataException($"An inode of an unknown kind: {inode.GetType().Name}."),
    };
}
