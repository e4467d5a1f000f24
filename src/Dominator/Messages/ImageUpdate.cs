using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>What has happened on an image server.</summary>
public enum ImageOperation : ulong
{
    AddImage,
    DeleteImage,
    MakeDirectory,
    DeleteDirectory,
}

/// <summary>A change on an image server. One without a name ends the list of what there is at the start.</summary>
public sealed record ImageUpdate
{
    public string Name { get; set; } = "";

    /// <summary>The directory that was made or changed.</summary>
    public ImageDirectory? Directory { get; set; }

    public ImageOperation Operation { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<ImageUpdate> Gob { get; } = new GobStruct<ImageUpdate>("ImageUpdate")
    {
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
        { "Directory", Pointer(ImageTypes.Directory), m => m.Directory, (ref m, v) => m.Directory = v },
        { "Operation", U64.Convert(v => (ImageOperation)v, v => (ulong)v), m => m.Operation, (ref m, v) => m.Operation = v },
    };
}
