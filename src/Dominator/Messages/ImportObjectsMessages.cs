using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Objects that the server fetches by HTTP.</summary>
public sealed record ImportObjectsRequest
{
    public string BaseRemoteUrl { get; set; } = "";

    public IReadOnlyList<ObjectHash> Hashes { get; set; } = [];

    public IReadOnlyList<ulong> ObjectSizes { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<ImportObjectsRequest> Gob { get; } = new GobStruct<ImportObjectsRequest>("ImportObjectsRequest")
    {
        { "BaseRemoteUrl", Text, m => m.BaseRemoteUrl, (ref m, v) => m.BaseRemoteUrl = v },
        { "Hashes", CommonTypes.Hashes, m => m.Hashes, (ref m, v) => m.Hashes = v },
        { "ObjectSizes", CommonTypes.Numbers, m => m.ObjectSizes, (ref m, v) => m.ObjectSizes = v },
    };
}

/// <summary>The answer to <see cref="ImportObjectsRequest"/>.</summary>
public sealed record ImportObjectsResponse
{
    public ulong BytesAdded { get; set; }

    public string Error { get; set; } = "";

    public ulong FailedIndex { get; set; }

    public ulong ObjectsAdded { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<ImportObjectsResponse> Gob { get; } = new GobStruct<ImportObjectsResponse>("ImportObjectsResponse")
    {
        { "BytesAdded", U64, m => m.BytesAdded, (ref m, v) => m.BytesAdded = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "FailedIndex", U64, m => m.FailedIndex, (ref m, v) => m.FailedIndex = v },
        { "ObjectsAdded", U64, m => m.ObjectsAdded, (ref m, v) => m.ObjectsAdded = v },
    };
}
