using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Changes of images as they happen.</summary>
public sealed record GetFilteredImageUpdatesRequest
{
    public bool IgnoreExpiring { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetFilteredImageUpdatesRequest> Gob { get; } = new GobStruct<GetFilteredImageUpdatesRequest>("GetFilteredImageUpdatesRequest")
    {
        { "IgnoreExpiring", Bool, m => m.IgnoreExpiring, (ref m, v) => m.IgnoreExpiring = v },
    };
}
