using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The room that an image takes unpacked, in bytes.</summary>
public sealed record GetImageUsageEstimateRequest
{
    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageUsageEstimateRequest> Gob { get; } = new GobStruct<GetImageUsageEstimateRequest>("GetImageUsageEstimateRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="GetImageUsageEstimateRequest"/>.</summary>
public sealed record GetImageUsageEstimateResponse
{
    public bool ImageExists { get; set; }

    public ulong UsageEstimate { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetImageUsageEstimateResponse> Gob { get; } = new GobStruct<GetImageUsageEstimateResponse>("GetImageUsageEstimateResponse")
    {
        { "ImageExists", Bool, m => m.ImageExists, (ref m, v) => m.ImageExists = v },
        { "UsageEstimate", U64, m => m.UsageEstimate, (ref m, v) => m.UsageEstimate = v },
    };
}
