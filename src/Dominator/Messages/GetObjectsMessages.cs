using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Objects, whose bytes follow the response in the order of the hashes unless it has a text.</summary>
public sealed record GetObjectsRequest
{
    public bool Exclusive { get; set; }

    public IReadOnlyList<ObjectHash> Hashes { get; set; } = [];

    /// <summary>Asks the server to compare the objects with their hashes. The original does not know this and ignores it.</summary>
    public bool Compare { get; set; }

    /// <summary>Lets the server send large objects as <see cref="ImageSdk.Dominator.SparseContent"/>. The original ignores it.</summary>
    public bool Sparse { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetObjectsRequest> Gob { get; } = new GobStruct<GetObjectsRequest>("GetObjectsRequest")
    {
        { "Exclusive", Bool, m => m.Exclusive, (ref m, v) => m.Exclusive = v },
        { "Hashes", CommonTypes.Hashes, m => m.Hashes, (ref m, v) => m.Hashes = v },
    };

    /// <summary>The schema with what the original does not know.</summary>
    public static GobType<GetObjectsRequest> GobWithExtensions { get; } = new GobStruct<GetObjectsRequest>("GetObjectsRequest")
    {
        { "Exclusive", Bool, m => m.Exclusive, (ref m, v) => m.Exclusive = v },
        { "Hashes", CommonTypes.Hashes, m => m.Hashes, (ref m, v) => m.Hashes = v },
        { "Compare", Bool, m => m.Compare, (ref m, v) => m.Compare = v },
        { "Sparse", Bool, m => m.Sparse, (ref m, v) => m.Sparse = v },
    };
}

/// <summary>The answer to <see cref="GetObjectsRequest"/>.</summary>
public sealed record GetObjectsResponse
{
    public string ResponseString { get; set; } = "";

    public IReadOnlyList<ulong> ObjectSizes { get; set; } = [];

    /// <summary>Whether the server has compared the objects with their hashes, as it was asked to.</summary>
    public bool Compared { get; set; }

    /// <summary>Whether large objects come as <see cref="ImageSdk.Dominator.SparseContent"/>, as they may.</summary>
    public bool Sparse { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetObjectsResponse> Gob { get; } = new GobStruct<GetObjectsResponse>("GetObjectsResponse")
    {
        { "ResponseString", Text, m => m.ResponseString, (ref m, v) => m.ResponseString = v },
        { "ObjectSizes", CommonTypes.Numbers, m => m.ObjectSizes, (ref m, v) => m.ObjectSizes = v },
    };

    /// <summary>The schema with what the original does not know: for who has asked for it.</summary>
    public static GobType<GetObjectsResponse> GobWithExtensions { get; } = new GobStruct<GetObjectsResponse>("GetObjectsResponse")
    {
        { "ResponseString", Text, m => m.ResponseString, (ref m, v) => m.ResponseString = v },
        { "ObjectSizes", CommonTypes.Numbers, m => m.ObjectSizes, (ref m, v) => m.ObjectSizes = v },
        { "Compared", Bool, m => m.Compared, (ref m, v) => m.Compared = v },
        { "Sparse", Bool, m => m.Sparse, (ref m, v) => m.Sparse = v },
    };
}
