using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>A tree that the server fetches by HTTP and makes an image of.</summary>
public sealed record ImportTreeRequest
{
    public string DirectoryName { get; set; } = "";

    public DateTimeOffset? ExpiresAt { get; set; }

    public string TreeUrl { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<ImportTreeRequest> Gob { get; } = new GobStruct<ImportTreeRequest>("ImportTreeRequest")
    {
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
        { "ExpiresAt", OptionalTime, m => m.ExpiresAt, (ref m, v) => m.ExpiresAt = v },
        { "TreeUrl", Text, m => m.TreeUrl, (ref m, v) => m.TreeUrl = v },
    };
}

/// <summary>The answer to <see cref="ImportTreeRequest"/>.</summary>
public sealed record ImportTreeResponse
{
    public ulong FileBytesAdded { get; set; }

    public ulong FileObjectsAdded { get; set; }

    public TimeSpan FilesDownloadTime { get; set; }

    public string Error { get; set; } = "";

    public string ImageName { get; set; } = "";

    public ulong TreeBytesAdded { get; set; }

    public ulong TreeObjectsAdded { get; set; }

    public TimeSpan TreesDownloadTime { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<ImportTreeResponse> Gob { get; } = new GobStruct<ImportTreeResponse>("ImportTreeResponse")
    {
        { "FileBytesAdded", U64, m => m.FileBytesAdded, (ref m, v) => m.FileBytesAdded = v },
        { "FileObjectsAdded", U64, m => m.FileObjectsAdded, (ref m, v) => m.FileObjectsAdded = v },
        { "FilesDownloadTime", Duration, m => m.FilesDownloadTime, (ref m, v) => m.FilesDownloadTime = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
        { "TreeBytesAdded", U64, m => m.TreeBytesAdded, (ref m, v) => m.TreeBytesAdded = v },
        { "TreeObjectsAdded", U64, m => m.TreeObjectsAdded, (ref m, v) => m.TreeObjectsAdded = v },
        { "TreesDownloadTime", Duration, m => m.TreesDownloadTime, (ref m, v) => m.TreesDownloadTime = v },
    };
}
