using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Which images to list: those below a directory, or with a slash at its end, those in it.</summary>
public sealed record ListSelectedImagesRequest
{
    public string DirectoryName { get; set; } = "";

    public bool IgnoreExpiringImages { get; set; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? TagsToMatch { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<ListSelectedImagesRequest> Gob { get; } = new GobStruct<ListSelectedImagesRequest>("ListSelectedImagesRequest")
    {
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
        { "IgnoreExpiringImages", Bool, m => m.IgnoreExpiringImages, (ref m, v) => m.IgnoreExpiringImages = v },
        { "TagsToMatch", CommonTypes.TagsToMatch, m => m.TagsToMatch, (ref m, v) => m.TagsToMatch = v },
    };
}
