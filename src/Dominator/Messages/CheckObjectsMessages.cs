using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>The sizes of objects, 0 for those that are absent.</summary>
public sealed record CheckObjectsRequest
{
    public IReadOnlyList<ObjectHash> Hashes { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<CheckObjectsRequest> Gob { get; } = new GobStruct<CheckObjectsRequest>("CheckObjectsRequest")
    {
        { "Hashes", CommonTypes.Hashes, m => m.Hashes, (ref m, v) => m.Hashes = v },
    };
}

/// <summary>The answer to <see cref="CheckObjectsRequest"/>.</summary>
public sealed record CheckObjectsResponse
{
    public IReadOnlyList<ulong> ObjectSizes { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<CheckObjectsResponse> Gob { get; } = new GobStruct<CheckObjectsResponse>("CheckObjectsResponse")
    {
        { "ObjectSizes", CommonTypes.Numbers, m => m.ObjectSizes, (ref m, v) => m.ObjectSizes = v },
    };
}
