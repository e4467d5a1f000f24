using System.Text;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Fat;

/// <summary>The tree of a FAT, with the owners and modes that a mount gives it. Times on the disk have no zone; they are read as UTC, as the kernel reads them on machines that keep it.</summary>
sealed class FatSource : ISourceVolume
{
    const uint AllPermissions = 0x1FF, WritePermissions = 0x92, UsualMask = 0x12;

    readonly FatVolume volume;
    readonly uint directoryMode, fileMode, uid, gid;

    public FatSource(FatVolume volume) : this(volume, MountOptions.None)
    {
    }

    FatSource(FatVolume volume, MountOptions options)
    {
        this.volume = volume;
        var mask = ParseMask(options["umask"], UsualMask);
        (directoryMode, fileMode) = (AllPermissions & ~ParseMask(options["dmask"], mask), AllPermissions & ~ParseMask(options["fmask"], mask));
        (uid, gid) = (ParseId(options["uid"]), ParseId(options["gid"]));
        // What was written into the directory last counts more than what the file system was made with.
        var label = FatDirectory.Read(volume.ReadDirectory(volume.RootCluster), volume.IsLong).FirstOrDefault(entry => entry.IsLabel).Name ?? FatDirectory.ToLabel(volume.BootLabel);
        Label = label == "NO NAME" ? "" : label;
    }

    public string Kind => "FAT";

    public string Label { get; }

    public string Uuid => $"{volume.Serial >> 16:X4}-{volume.Serial & 0xFFFF:X4}";

    public ISourceNode Root => new Node(this, new("", 0x10, volume.RootCluster, 0, 0), isRoot: true);

    public ISourceVolume Mount(MountOptions options) => new FatSource(volume, options);

    public bool IsSameTree(ISourceVolume other) => other is FatSource source && source.volume == volume;

    static uint ParseMask(string? text, uint usual)
    {
        if (text is null)
            return usual;
        return text.Length is > 0 and < 8 && text.All(digit => digit is >= '0' and <= '7') ? Convert.ToUInt32(text, 8) : throw new DiskImageException($"the mask {text} in /etc/fstab is no octal number");
    }

    static uint ParseId(string? text) => text is null ? 0 : uint.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : throw new DiskImageException($"the id {text} in /etc/fstab is no number");

    sealed class Node(FatSource source, FatEntry entry, bool isRoot = false) : ISourceNode
    {
        const ulong OfFile = 1ul << 32;

        public ulong Number => entry.IsDirectory ? entry.Cluster : OfFile | entry.Cluster;

        public FileKind Kind => entry.IsDirectory ? FileKind.Directory : FileKind.Regular;

        public bool IsLinked => false;

        public IEnumerable<(byte[] Name, ISourceNode Node)> ReadNames()
        {
            if (entry.Cluster == 0 && !isRoot)
                throw Damaged("a directory lies nowhere");
            foreach (var below in FatDirectory.Read(source.volume.ReadDirectory(entry.Cluster), source.volume.IsLong).Where(below => !below.IsLabel))
                yield return Encoding.UTF8.GetBytes(below.Name) is var name && IsName(name) ? (name, new Node(source, below)) : throw Damaged("a name in a directory cannot be");
        }

        public byte[]? TryReadContent(int most) => !entry.IsDirectory && entry.Size <= most ? ContentPiece.ReadWhole(source.volume.Blocks, Pieces, (int)entry.Size) : null;

        public SourceEntry Describe(byte[] path, Action<long> count) =>
            new(path, Kind, entry.IsDirectory ? source.directoryMode : source.fileMode & (entry.IsReadOnly ? ~WritePermissions : AllPermissions), source.uid, source.gid, Mtime)
            {
                Length = entry.IsDirectory ? 0 : entry.Size,
                WriteContent = entry.IsDirectory ? null : file => ContentPiece.Write(source.volume.Blocks, Pieces, entry.Size, file, count),
            };

        IEnumerable<ContentPiece> Pieces => source.volume.PiecesOf(entry.Cluster, entry.Size);

        PosixTime Mtime
        {
            get
            {
                if (isRoot)
                    return new(0, 0);
                var (date, time) = ((int)(entry.Time >> 16), (int)(entry.Time & 0xFFFF));
                var day = new DateTime(1980 + (date >> 9), Math.Clamp(date >> 5 & 0xF, 1, 12), 1, 0, 0, 0, DateTimeKind.Utc).AddDays(Math.Max(date & 0x1F, 1) - 1);
                return new(new DateTimeOffset(day).ToUnixTimeSeconds() + (time >> 11) * 3600 + (time >> 5 & 0x3F) * 60 + (time & 0x1F) * 2, 0);
            }
        }
    }
}
