using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An image to delete.</summary>
public sealed record DeleteImageRequest
{
    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<DeleteImageRequest> Gob { get; } = new GobStruct<DeleteImageRequest>("DeleteImageRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="DeleteImageRequest"/>.</summary>
public sealed record DeleteImageResponse
{
    /// <summary>The schema.</summary>
    public static GobType<DeleteImageResponse> Gob { get; } = new GobStruct<DeleteImageResponse>("DeleteImageResponse");
}
