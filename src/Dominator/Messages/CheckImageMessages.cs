using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Whether there is an image.</summary>
public sealed record CheckImageRequest
{
    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<CheckImageRequest> Gob { get; } = new GobStruct<CheckImageRequest>("CheckImageRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="CheckImageRequest"/>.</summary>
public sealed record CheckImageResponse
{
    public bool ImageExists { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<CheckImageResponse> Gob { get; } = new GobStruct<CheckImageResponse>("CheckImageResponse")
    {
        { "ImageExists", Bool, m => m.ImageExists, (ref m, v) => m.ImageExists = v },
    };
}
