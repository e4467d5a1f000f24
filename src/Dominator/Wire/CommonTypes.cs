using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator.Wire;

/// <summary>Types that occur in many messages.</summary>
static class CommonTypes
{
    /// <summary>A name or link target: a Go string that need not be text.</summary>
    public static GobType<ByteString> ByteString { get; } =
        String<ByteString>(bytes => new ByteString(bytes), (in value) => value.Span);

    public static GobType<ObjectHash> Hash { get; } =
        ByteArray<ObjectHash>("Hash", ObjectHash.Size, bytes => new ObjectHash(bytes), (in hash) => hash.Span);

    public static GobType<IReadOnlyList<string>> Strings { get; } = Slice("[]string", Text);
}
