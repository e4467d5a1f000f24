using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>What images share.</summary>
public sealed record GetObjectStatisticsForImagesRequest
{
    public bool IgnoreMissing { get; set; }

    public IReadOnlyList<string> ImageNames { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<GetObjectStatisticsForImagesRequest> Gob { get; } = new GobStruct<GetObjectStatisticsForImagesRequest>("GetObjectStatisticsForImagesRequest")
    {
        { "IgnoreMissing", Bool, m => m.IgnoreMissing, (ref m, v) => m.IgnoreMissing = v },
        { "ImageNames", CommonTypes.Strings, m => m.ImageNames, (ref m, v) => m.ImageNames = v },
    };
}

/// <summary>The answer to <see cref="GetObjectStatisticsForImagesRequest"/>.</summary>
public sealed record GetObjectStatisticsForImagesResponse
{
    public TimeSpan ComputationTime { get; set; }

    public string Error { get; set; } = "";

    public ulong NumFileInodes { get; set; }

    public ulong NumImages { get; set; }

    public ulong NumObjects { get; set; }

    public ulong TotalFileInodeBytes { get; set; }

    public ulong TotalObjectBytes { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetObjectStatisticsForImagesResponse> Gob { get; } = new GobStruct<GetObjectStatisticsForImagesResponse>("GetObjectStatisticsForImagesResponse")
    {
        { "ComputationTime", Duration, m => m.ComputationTime, (ref m, v) => m.ComputationTime = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "NumFileInodes", U64, m => m.NumFileInodes, (ref m, v) => m.NumFileInodes = v },
        { "NumImages", U64, m => m.NumImages, (ref m, v) => m.NumImages = v },
        { "NumObjects", U64, m => m.NumObjects, (ref m, v) => m.NumObjects = v },
        { "TotalFileInodeBytes", U64, m => m.TotalFileInodeBytes, (ref m, v) => m.TotalFileInodeBytes = v },
        { "TotalObjectBytes", U64, m => m.TotalObjectBytes, (ref m, v) => m.TotalObjectBytes = v },
    };
}
