using ImageSdk.DiskImages.Volumes;
using ImageSdk.Images;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>The tree of files of a btrfs, as a mount shows it: that of a subvolume, with those below it.</summary>
sealed class BtrfsSource : ISourceVolume
{
    /// <summary>Directories of distributions for the subvolume of the root, of which the boot loader tells the kernel.</summary>
    static readonly string[] usualRoots = ["@", "root", "@rootfs"];

    readonly BtrfsForest forest;

    /// <exception cref="DiskImageException">It is none, damaged, or has features that are not known.</exception>
    public BtrfsSource(BtrfsVolume volume) : this(new BtrfsForest(volume), BtrfsSubvolumes.Default(volume))
    {
    }

    BtrfsSource(BtrfsForest forest, ulong number) => (this.forest, Number) = (forest, number);

    public string Kind => "btrfs";

    public string Label => forest.Volume.Label;

    public string Uuid => forest.Volume.Uuid.ToString();

    /// <summary>Of its subvolume.</summary>
    public ulong Number { get; }

    public ISourceNode Root => new Node(forest, Number, BtrfsSubvolumes.First);

    public IReadOnlyCollection<string> LeftOut => forest.LeftOut;

    /// <summary>The default subvolume, then those that have names of roots, then all others that are no copies.</summary>
    public IEnumerable<ISourceVolume> Trees => usualRoots.Select(name => BtrfsSubvolumes.Find(forest.Volume, System.Text.Encoding.UTF8.GetBytes(name))).OfType<ulong>()
        .Concat(BtrfsSubvolumes.All(forest.Volume).Where(number => !BtrfsSubvolumes.IsSnapshot(forest.Volume, number))).Prepend(Number).Distinct().Select(number => new BtrfsSource(forest, number));

    public ISourceVolume Mount(MountOptions options)
    {
        var number = options["subvol"] is { } path
            ? BtrfsSubvolumes.Find(forest.Volume, System.Text.Encoding.UTF8.GetBytes(path)) ?? throw new DiskImageException($"it has no subvolume {path}")
            : options["subvolid"] is { } id ? ParseNumber(id) : BtrfsSubvolumes.Default(forest.Volume);
        return new BtrfsSource(forest, number);
    }

    public bool IsSameTree(ISourceVolume other) => other is BtrfsSource source && source.forest == forest && source.Number == Number;

    public void Place() => forest.Place(Number);

    ulong ParseNumber(string text) => ulong.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && BtrfsSubvolumes.TryOpen(forest.Volume, number == 0 ? BtrfsSubvolumes.TopLevel : number) is not null
        ? number == 0 ? BtrfsSubvolumes.TopLevel : number
        : throw new DiskImageException($"it has no subvolume with the number {text}");

    sealed class Node : ISourceNode
    {
        readonly BtrfsForest forest;
        readonly ulong tree;
        readonly BtrfsInode inode;

        public Node(BtrfsForest forest, ulong tree, ulong number) => (this.forest, this.tree, inode) = (forest, tree, new(forest.Volume, forest.Open(tree), number));

        public ulong Number => forest.NumberOf(tree, inode.Number);

        public FileKind Kind => inode.Kind;

        public bool IsLinked => inode.LinkCount > 1;

        public IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames() => inode.ReadEntries().Select(entry => (entry.Name, !entry.IsSubvolume
            ? new Node(forest, tree, entry.Location.Object)
            : forest.IsShown(tree, inode.Number, entry) ? new Node(forest, entry.Location.Object, BtrfsSubvolumes.First) : (ISourceNode)new EmptyDirectory(forest.NextNumber(), inode.Mtime)));

        public byte[]? TryReadContent(int most) => inode.Kind == FileKind.Regular && inode.Size <= most ? inode.ReadWhole((int)inode.Size) : null;

        public SourceEntry Describe(byte[] path, Action<long> count) => inode.Describe(path, file => Write(file, count));

        void Write(SafeFileHandle file, Action<long> count) => inode.ReadContent((part, offset) => RandomAccess.Write(file, part, offset), count);
    }

    /// <summary>What stands in the place of a subvolume that is elsewhere in the tree, or not in it.</summary>
    sealed class EmptyDirectory(ulong number, PosixTime mtime) : ISourceNode
    {
        public ulong Number => number;

        public FileKind Kind => FileKind.Directory;

        public bool IsLinked => false;

        public IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames() => [];

        public SourceEntry Describe(byte[] path, Action<long> count) => new(path, Kind, Permissions.Directory, 0, 0, mtime);

        public byte[]? TryReadContent(int most) => null;
    }
}
