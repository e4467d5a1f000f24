using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An image as an archive; a replica names its master instead.</summary>
public sealed record GetImageArchiveRequest
{
    public string ImageName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageArchiveRequest> Gob { get; } = new GobStruct<GetImageArchiveRequest>("GetImageArchiveRequest")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
    };
}

/// <summary>The answer to <see cref="GetImageArchiveRequest"/>.</summary>
public sealed record GetImageArchiveResponse
{
    public byte[] ArchiveData { get; set; } = [];

    public string Error { get; set; } = "";

    public string ReplicationMaster { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetImageArchiveResponse> Gob { get; } = new GobStruct<GetImageArchiveResponse>("GetImageArchiveResponse")
    {
        { "ArchiveData", Bytes, m => m.ArchiveData, (ref m, v) => m.ArchiveData = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ReplicationMaster", Text, m => m.ReplicationMaster, (ref m, v) => m.ReplicationMaster = v },
    };
}
