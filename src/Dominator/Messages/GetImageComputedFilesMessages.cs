using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The computed files of an image.</summary>
public sealed record GetImageComputedFilesRequest
{
    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageComputedFilesRequest> Gob { get; } = new GobStruct<GetImageComputedFilesRequest>("GetImageComputedFilesRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="GetImageComputedFilesRequest"/>.</summary>
public sealed record GetImageComputedFilesResponse
{
    public IReadOnlyList<ComputedFile> ComputedFiles { get; set; } = [];

    public bool ImageExists { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetImageComputedFilesResponse> Gob { get; } = new GobStruct<GetImageComputedFilesResponse>("GetImageComputedFilesResponse")
    {
        { "ComputedFiles", CommonTypes.ComputedFiles, m => m.ComputedFiles, (ref m, v) => m.ComputedFiles = v },
        { "ImageExists", Bool, m => m.ImageExists, (ref m, v) => m.ImageExists = v },
    };
}
