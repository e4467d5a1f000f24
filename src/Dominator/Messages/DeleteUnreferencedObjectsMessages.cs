using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Unreferenced objects to delete, until both numbers are reached.</summary>
public sealed record DeleteUnreferencedObjectsRequest
{
    public byte Percentage { get; set; }

    public ulong Bytes { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<DeleteUnreferencedObjectsRequest> Gob { get; } = new GobStruct<DeleteUnreferencedObjectsRequest>("DeleteUnreferencedObjectsRequest")
    {
        { "Percentage", U8, m => m.Percentage, (ref m, v) => m.Percentage = v },
        { "Bytes", U64, m => m.Bytes, (ref m, v) => m.Bytes = v },
    };
}

/// <summary>The answer to <see cref="DeleteUnreferencedObjectsRequest"/>.</summary>
public sealed record DeleteUnreferencedObjectsResponse
{
    /// <summary>The schema.</summary>
    public static GobType<DeleteUnreferencedObjectsResponse> Gob { get; } = new GobStruct<DeleteUnreferencedObjectsResponse>("DeleteUnreferencedObjectsResponse");
}
