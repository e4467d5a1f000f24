using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The inodes of some paths of an image; paths that it does not have are left out.</summary>
public sealed record GetImageInodesRequest
{
    public IReadOnlyList<ByteString> Filenames { get; set; } = [];

    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageInodesRequest> Gob { get; } = new GobStruct<GetImageInodesRequest>("GetImageInodesRequest")
    {
        { "Filenames", CommonTypes.ByteStrings, m => m.Filenames, (ref m, v) => m.Filenames = v },
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="GetImageInodesRequest"/>.</summary>
public sealed record GetImageInodesResponse
{
    public string Error { get; set; } = "";

    public bool ImageExists { get; set; }

    public IReadOnlyDictionary<ByteString, ulong>? InodeNumbers { get; set; }

    public IReadOnlyDictionary<ulong, Inode>? Inodes { get; set; }

    public IReadOnlyDictionary<ulong, ulong>? NumLinks { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetImageInodesResponse> Gob { get; } = new GobStruct<GetImageInodesResponse>("GetImageInodesResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ImageExists", Bool, m => m.ImageExists, (ref m, v) => m.ImageExists = v },
        { "InodeNumbers", CommonTypes.InodeNumbers, m => m.InodeNumbers, (ref m, v) => m.InodeNumbers = v },
        { "Inodes", InodeTypes.Table, m => m.Inodes, (ref m, v) => m.Inodes = v },
        { "NumLinks", CommonTypes.LinkCounts, m => m.NumLinks, (ref m, v) => m.NumLinks = v },
    };
}
