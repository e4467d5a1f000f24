using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>A tree as subs send it: without its inodes, which follow as values of their own.</summary>
sealed record StreamedTree(FileSystem FileSystem, ulong InodeCount)
{
    public static GobType<StreamedTree> Gob { get; } = new GobRecord<StreamedTree, StreamedTreeDraft>("encodedFileSystemType")
    {
        { "FileSystem", ImageTypes.FileSystem, t => t.FileSystem, (ref d, v) => d.FileSystem = v },
        { "InodeTableLength", U64, t => t.InodeCount, (ref d, v) => d.InodeCount = v },
    };
}

/// <summary>An inode of a <see cref="StreamedTree"/>.</summary>
sealed record NumberedInode(ulong Number, Inode Inode)
{
    public static GobType<NumberedInode> Gob { get; } = new GobRecord<NumberedInode, NumberedInodeDraft>("numberedInode")
    {
        { "InodeNumber", U64, i => i.Number, (ref d, v) => d.Number = v },
        { "GenericInode", InodeTypes.Any, i => i.Inode, (ref d, v) => d.Inode = v },
    };
}

struct StreamedTreeDraft : IGobDraft<StreamedTree>
{
    public FileSystem? FileSystem;
    public ulong InodeCount;

    public readonly StreamedTree ToValue() => new(FileSystem ?? FileSystem.Create(new DirectoryInode(), new Dictionary<ulong, Inode>()), InodeCount);
}

struct NumberedInodeDraft : IGobDraft<NumberedInode>
{
    public ulong Number;
    public Inode? Inode;

    public readonly NumberedInode ToValue() => new(Number, Inode ?? throw new GobException("an inode is missing"));
}
