using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

struct DirectoryEntryDraft : IGobDraft<DirectoryEntry>
{
    public ByteString Name;
    public ulong InodeNumber;

    public readonly DirectoryEntry ToValue() => new(Name, InodeNumber);
}

struct RegularInodeDraft : IGobDraft<RegularInode>
{
    public uint Mode;
    public uint Uid;
    public uint Gid;
    public int MtimeNanoSeconds;
    public long MtimeSeconds;
    public ulong Size;
    public ObjectHash Hash;
    public ExtendedAttributes? ExtendedAttributes;

    public readonly RegularInode ToValue() => new()
    {
        Mode = Mode,
        Uid = Uid,
        Gid = Gid,
        Mtime = new FileTime(MtimeSeconds, MtimeNanoSeconds),
        Size = Size,
        Hash = Hash,
        ExtendedAttributes = ExtendedAttributes ?? ExtendedAttributes.None,
    };
}

struct ComputedInodeDraft : IGobDraft<ComputedInode>
{
    public uint Mode;
    public uint Uid;
    public uint Gid;
    public string? Source;
    public ExtendedAttributes? ExtendedAttributes;

    public readonly ComputedInode ToValue() => new()
    {
        Mode = Mode,
        Uid = Uid,
        Gid = Gid,
        Source = Source ?? "",
        ExtendedAttributes = ExtendedAttributes ?? ExtendedAttributes.None,
    };
}

struct SymlinkInodeDraft : IGobDraft<SymlinkInode>
{
    public uint Uid;
    public uint Gid;
    public ByteString Target;
    public ExtendedAttributes? ExtendedAttributes;

    public readonly SymlinkInode ToValue() => new()
    {
        Uid = Uid,
        Gid = Gid,
        Target = Target,
        ExtendedAttributes = ExtendedAttributes ?? ExtendedAttributes.None,
    };
}

struct SpecialInodeDraft : IGobDraft<SpecialInode>
{
    public uint Mode;
    public uint Uid;
    public uint Gid;
    public int MtimeNanoSeconds;
    public long MtimeSeconds;
    public ulong Rdev;
    public ExtendedAttributes? ExtendedAttributes;

    public readonly SpecialInode ToValue() => new()
    {
        Mode = Mode,
        Uid = Uid,
        Gid = Gid,
        Mtime = new FileTime(MtimeSeconds, MtimeNanoSeconds),
        Rdev = Rdev,
        ExtendedAttributes = ExtendedAttributes ?? ExtendedAttributes.None,
    };
}

struct DirectoryInodeDraft : IGobDraft<DirectoryInode>
{
    public IReadOnlyList<DirectoryEntry>? Entries;
    public uint Mode;
    public uint Uid;
    public uint Gid;
    public int MtimeNanoSeconds;
    public long? MtimeSeconds;
    public ExtendedAttributes? ExtendedAttributes;

    public readonly DirectoryInode ToValue() => new()
    {
        Entries = Entries ?? [],
        Mode = Mode,
        Uid = Uid,
        Gid = Gid,
        Mtime = MtimeSeconds is { } seconds ? new FileTime(seconds, MtimeNanoSeconds) : null,
        ExtendedAttributes = ExtendedAttributes ?? ExtendedAttributes.None,
    };
}
