using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The newest image of a directory that fits; no name where none does.</summary>
public sealed record FindLatestImageRequest
{
    public string BuildCommitId { get; set; } = "";

    public string DirectoryName { get; set; } = "";

    public bool IgnoreExpiringImages { get; set; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? TagsToMatch { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<FindLatestImageRequest> Gob { get; } = new GobStruct<FindLatestImageRequest>("FindLatestImageRequest")
    {
        { "BuildCommitId", Text, m => m.BuildCommitId, (ref m, v) => m.BuildCommitId = v },
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
        { "IgnoreExpiringImages", Bool, m => m.IgnoreExpiringImages, (ref m, v) => m.IgnoreExpiringImages = v },
        { "TagsToMatch", CommonTypes.TagsToMatch, m => m.TagsToMatch, (ref m, v) => m.TagsToMatch = v },
    };
}

/// <summary>The answer to <see cref="FindLatestImageRequest"/>.</summary>
public sealed record FindLatestImageResponse
{
    public string ImageName { get; set; } = "";

    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<FindLatestImageResponse> Gob { get; } = new GobStruct<FindLatestImageResponse>("FindLatestImageResponse")
    {
        { "ImageName", Text, m => m.ImageName, (ref m, v) => m.ImageName = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
