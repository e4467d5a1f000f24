using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An image, for which the server waits as long as the timeout says.</summary>
public sealed record GetImageRequest
{
    public string ImageName { get; set; } = "";

    public bool IgnoreFilesystem { get; set; }

    public bool IgnoreFilesystemIfExpiring { get; set; }

    public TimeSpan Timeout { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetImageRequest> Gob { get; } = new GobStruct<GetImageRequest>("GetImageRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
        { "IgnoreFilesystem", Bool, m => m.IgnoreFilesystem, (ref m, v) => m.IgnoreFilesystem = v },
        { "IgnoreFilesystemIfExpiring", Bool, m => m.IgnoreFilesystemIfExpiring, (ref m, v) => m.IgnoreFilesystemIfExpiring = v },
        { "Timeout", Duration, m => m.Timeout, (ref m, v) => m.Timeout = v },
    };
}

/// <summary>The answer to <see cref="GetImageRequest"/>.</summary>
public sealed record GetImageResponse
{
    public Image? Image { get; set; }

    public string InformationDatabaseURL { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageResponse> Gob { get; } = new GobStruct<GetImageResponse>("GetImageResponse")
    {
        { "Image", Pointer(ImageTypes.Image), m => m.Image, (ref m, v) => m.Image = v },
        { "InformationDatabaseURL", Text, m => m.InformationDatabaseURL, (ref m, v) => m.InformationDatabaseURL = v },
    };
}
