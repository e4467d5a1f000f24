using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The inodes and directory entries of an image.</summary>
static class InodeTypes
{
    // Go meets it first behind a pointer and then sends no name.
    public static GobType<DirectoryEntry> DirectoryEntry { get; } = new GobRecord<DirectoryEntry, DirectoryEntryDraft>("")
    {
        { "Name", CommonTypes.ByteString, e => e.Name, (ref d, v) => d.Name = v },
        { "InodeNumber", U64, e => e.InodeNumber, (ref d, v) => d.InodeNumber = v },
    };

    static readonly GobType<IReadOnlyList<DirectoryEntry>> entryList =
        Slice("[]*filesystem.DirectoryEntry", DirectoryEntry);

    static readonly GobType<IReadOnlyDictionary<ByteString, DirectoryEntry>?> entriesByName =
        Map("map[string]*filesystem.DirectoryEntry", CommonTypes.ByteString, DirectoryEntry);

    // Ours; peers of the original skip it.
    static readonly GobType<ExtendedAttributes> extendedAttributes =
        Map("map[string]string", CommonTypes.ByteString, CommonTypes.ByteString).Convert(
            map => map is null ? ExtendedAttributes.None : ExtendedAttributes.Create(map),
            attributes => attributes.Count == 0 ? null : attributes.ToDictionary());

    public static GobType<RegularInode> Regular { get; } = new GobRecord<RegularInode, RegularInodeDraft>("RegularInode")
    {
        { "Mode", U32, i => i.Mode, (ref d, v) => d.Mode = v },
        { "Uid", U32, i => i.Uid, (ref d, v) => d.Uid = v },
        { "Gid", U32, i => i.Gid, (ref d, v) => d.Gid = v },
        { "MtimeNanoSeconds", I32, i => i.Mtime.Nanoseconds, (ref d, v) => d.MtimeNanoSeconds = v },
        { "MtimeSeconds", I64, i => i.Mtime.Seconds, (ref d, v) => d.MtimeSeconds = v },
        { "Size", U64, i => i.Size, (ref d, v) => d.Size = v },
        { "Hash", CommonTypes.Hash, i => i.Hash, (ref d, v) => d.Hash = v },
        { "ExtendedAttributes", extendedAttributes, i => i.ExtendedAttributes, (ref d, v) => d.ExtendedAttributes = v },
    };

    public static GobType<ComputedInode> Computed { get; } = new GobRecord<ComputedInode, ComputedInodeDraft>("ComputedRegularInode")
    {
        { "Mode", U32, i => i.Mode, (ref d, v) => d.Mode = v },
        { "Uid", U32, i => i.Uid, (ref d, v) => d.Uid = v },
        { "Gid", U32, i => i.Gid, (ref d, v) => d.Gid = v },
        { "Source", Text, i => i.Source, (ref d, v) => d.Source = v },
        { "ExtendedAttributes", extendedAttributes, i => i.ExtendedAttributes, (ref d, v) => d.ExtendedAttributes = v },
    };

    public static GobType<SymlinkInode> Symlink { get; } = new GobRecord<SymlinkInode, SymlinkInodeDraft>("SymlinkInode")
    {
        { "Uid", U32, i => i.Uid, (ref d, v) => d.Uid = v },
        { "Gid", U32, i => i.Gid, (ref d, v) => d.Gid = v },
        { "Symlink", CommonTypes.ByteString, i => i.Target, (ref d, v) => d.Target = v },
        { "ExtendedAttributes", extendedAttributes, i => i.ExtendedAttributes, (ref d, v) => d.ExtendedAttributes = v },
    };

    public static GobType<SpecialInode> Special { get; } = new GobRecord<SpecialInode, SpecialInodeDraft>("SpecialInode")
    {
        { "Mode", U32, i => i.Mode, (ref d, v) => d.Mode = v },
        { "Uid", U32, i => i.Uid, (ref d, v) => d.Uid = v },
        { "Gid", U32, i => i.Gid, (ref d, v) => d.Gid = v },
        { "MtimeNanoSeconds", I32, i => i.Mtime.Nanoseconds, (ref d, v) => d.MtimeNanoSeconds = v },
        { "MtimeSeconds", I64, i => i.Mtime.Seconds, (ref d, v) => d.MtimeSeconds = v },
        { "Rdev", U64, i => i.Rdev, (ref d, v) => d.Rdev = v },
        { "ExtendedAttributes", extendedAttributes, i => i.ExtendedAttributes, (ref d, v) => d.ExtendedAttributes = v },
    };

    public static GobType<DirectoryInode> Directory { get; } = new GobRecord<DirectoryInode, DirectoryInodeDraft>("DirectoryInode")
    {
        { "EntryList", entryList, i => i.Entries, (ref d, v) => d.Entries = v },
        // An index that the original builds after reading; it defines the field and never fills it.
        { "EntriesByName", entriesByName, _ => null, (ref _, _) => { } },
        { "Mode", U32, i => i.Mode, (ref d, v) => d.Mode = v },
        { "Uid", U32, i => i.Uid, (ref d, v) => d.Uid = v },
        { "Gid", U32, i => i.Gid, (ref d, v) => d.Gid = v },
        // Ours, from here on. Seconds are sent even when zero, as they tell whether there is a time at all.
        { "MtimeNanoSeconds", I32, i => i.Mtime?.Nanoseconds ?? 0, (ref d, v) => d.MtimeNanoSeconds = v },
        { "MtimeSeconds", Optional(I64), i => i.Mtime?.Seconds, (ref d, v) => d.MtimeSeconds = v },
        { "ExtendedAttributes", extendedAttributes, i => i.ExtendedAttributes, (ref d, v) => d.ExtendedAttributes = v },
    };

    /// <summary>Any inode; null, which the wire can carry, is refused when read.</summary>
    public static GobType<Inode> Any { get; } = new GobInterface<Inode>
    {
        { "*filesystem.RegularInode", Regular },
        { "*filesystem.ComputedRegularInode", Computed },
        { "*filesystem.SymlinkInode", Symlink },
        { "*filesystem.SpecialInode", Special },
        { "*filesystem.DirectoryInode", Directory },
    }.Convert(inode => inode ?? throw new GobException("nil entry in inode table"), inode => inode);

    // Here and not with the other common types: each of the two would be made before the other is complete.
    public static GobType<IReadOnlyDictionary<ulong, Inode>?> Table { get; } =
        Map("map[filesystem.InodeNumber]filesystem.GenericInode", U64, Any);
}
