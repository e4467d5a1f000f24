using ImageSdk.Dominator.Wire;
using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Objects, whose bytes follow the response in the order of the hashes unless it has a text.</summary>
public sealed record GetObjectsRequest
{
    public bool Exclusive { get; set; }

    public IReadOnlyList<ObjectHash> Hashes { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<GetObjectsRequest> Gob { get; } = new GobStruct<GetObjectsRequest>("GetObjectsRequest")
    {
        { "Exclusive", Bool, m => m.Exclusive, (ref m, v) => m.Exclusive = v },
        { "Hashes", CommonTypes.Hashes, m => m.Hashes, (ref m, v) => m.Hashes = v },
    };
}

/// <summary>The answer to <see cref="GetObjectsRequest"/>.</summary>
public sealed record GetObjectsResponse
{
    public string ResponseString { get; set; } = "";

    public IReadOnlyList<ulong> ObjectSizes { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<GetObjectsResponse> Gob { get; } = new GobStruct<GetObjectsResponse>("GetObjectsResponse")
    {
        { "ResponseString", Text, m => m.ResponseString, (ref m, v) => m.ResponseString = v },
        { "ObjectSizes", CommonTypes.Numbers, m => m.ObjectSizes, (ref m, v) => m.ObjectSizes = v },
    };
}
