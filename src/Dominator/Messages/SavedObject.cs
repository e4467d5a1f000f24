using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An object in the file of a saved image, whose bytes follow.</summary>
public sealed record SavedObject
{
    public ObjectHash Hash { get; set; }

    /// <summary>In bytes.</summary>
    public ulong Length { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<SavedObject> Gob { get; } = new GobStruct<SavedObject>("objectType")
    {
        { "Hash", CommonTypes.Hash, m => m.Hash, (ref m, v) => m.Hash = v },
        { "Length", U64, m => m.Length, (ref m, v) => m.Length = v },
    };
}
