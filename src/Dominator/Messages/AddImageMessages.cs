using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An image to add, without or with its creator and time of creation (AddImageTrusted).</summary>
public sealed record AddImageRequest
{
    public string ImageName { get; set; } = "";

    public Image? Image { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<AddImageRequest> Gob { get; } = new GobStruct<AddImageRequest>("AddImageRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
        { "Image", Pointer(ImageTypes.Image), m => m.Image, (ref m, v) => m.Image = v },
    };
}

/// <summary>The answer to <see cref="AddImageRequest"/>.</summary>
public sealed record AddImageResponse
{
    /// <summary>The schema.</summary>
    public static GobType<AddImageResponse> Gob { get; } = new GobStruct<AddImageResponse>("AddImageResponse");
}
