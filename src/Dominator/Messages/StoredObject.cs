using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An object of a list of objects.</summary>
public sealed record StoredObject
{
    public ObjectHash Hash { get; set; }

    /// <summary>In bytes; 0 ends the list.</summary>
    public ulong Size { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<StoredObject> Gob { get; } = new GobStruct<StoredObject>("Object")
    {
        { "Hash", CommonTypes.Hash, m => m.Hash, (ref m, v) => m.Hash = v },
        { "Size", U64, m => m.Size, (ref m, v) => m.Size = v },
    };
}
