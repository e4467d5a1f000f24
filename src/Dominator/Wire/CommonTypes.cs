using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Types that occur in many messages.</summary>
static class CommonTypes
{
    /// <summary>A name or link target: a Go string that need not be text.</summary>
    public static GobType<ByteString> ByteString { get; } =
        String<ByteString>(bytes => new ByteString(bytes), (in value) => value.Span);

    public static GobType<ObjectHash> Hash { get; } =
        ByteArray<ObjectHash>("Hash", ObjectHash.Size, bytes => new ObjectHash(bytes), (in hash) => hash.Span);

    public static GobType<IReadOnlyList<string>> Strings { get; } = Slice("[]string", Text);

    public static GobType<IReadOnlyList<ByteString>> ByteStrings { get; } = Slice("[]string", ByteString);

    public static GobType<IReadOnlyList<ObjectHash>> Hashes { get; } = Slice("[]hash.Hash", Hash);

    public static GobType<IReadOnlyList<ulong>> Numbers { get; } = Slice("[]uint64", U64);

    // Go meets the lists first as elements and then sends no name.
    public static GobType<IReadOnlyDictionary<string, IReadOnlyList<string>>?> TagsToMatch { get; } = Map("MatchTags", Text, Slice("", Text));

    public static GobType<IReadOnlyDictionary<string, string>?> StringTable { get; } = Map("map[string]string", Text, Text);

    public static GobType<IReadOnlyDictionary<string, EmptyStruct>?> StringSet { get; } = Map("map[string]struct {}", Text, EmptyStruct.Gob);

    public static GobType<IReadOnlyDictionary<ByteString, ulong>?> InodeNumbers { get; } =
        Map("map[filesystem.Filename]filesystem.InodeNumber", ByteString, U64);

    public static GobType<IReadOnlyDictionary<ulong, ulong>?> LinkCounts { get; } =
        Map("map[filesystem.InodeNumber]uint64", U64, U64);

    public static GobType<IReadOnlyList<ComputedFile>> ComputedFiles { get; } = Slice(
        "[]filesystem.ComputedFile",
        new GobRecord<ComputedFile, ComputedFileDraft>("ComputedFile")
        {
            { "Filename", ByteString, f => f.Filename, (ref d, v) => d.Filename = v },
            { "Source", Text, f => f.Source, (ref d, v) => d.Source = v },
        });
}

struct ComputedFileDraft : IGobDraft<ComputedFile>
{
    public ByteString Filename;
    public string? Source;

    public readonly ComputedFile ToValue() => new(Filename, Source ?? "");
}
