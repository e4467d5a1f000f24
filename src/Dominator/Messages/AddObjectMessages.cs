using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An object, whose bytes follow the request. Length 0 ends the stream.</summary>
public sealed record AddObjectRequest
{
    public ulong Length { get; set; }

    public ObjectHash? ExpectedHash { get; set; }

    /// <summary>Whether the bytes that follow are a <see cref="SparseContent"/>: only to a server that answers <see cref="GetObjectsResponse.Sparse"/>.</summary>
    public bool Sparse { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<AddObjectRequest> Gob { get; } = new GobStruct<AddObjectRequest>("AddObjectRequest")
    {
        { "Length", U64, m => m.Length, (ref m, v) => m.Length = v },
        { "ExpectedHash", PointerToValue(CommonTypes.Hash), m => m.ExpectedHash, (ref m, v) => m.ExpectedHash = v },
    };

    /// <summary>The schema with what the original does not know.</summary>
    public static GobType<AddObjectRequest> GobWithExtensions { get; } = new GobStruct<AddObjectRequest>("AddObjectRequest")
    {
        { "Length", U64, m => m.Length, (ref m, v) => m.Length = v },
        { "ExpectedHash", PointerToValue(CommonTypes.Hash), m => m.ExpectedHash, (ref m, v) => m.ExpectedHash = v },
        { "Sparse", Bool, m => m.Sparse, (ref m, v) => m.Sparse = v },
    };
}

/// <summary>The answer to <see cref="AddObjectRequest"/>.</summary>
public sealed record AddObjectResponse
{
    public string ErrorString { get; set; } = "";

    public ObjectHash Hash { get; set; }

    public bool Added { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<AddObjectResponse> Gob { get; } = new GobStruct<AddObjectResponse>("AddObjectResponse")
    {
        { "ErrorString", Text, m => m.ErrorString, (ref m, v) => m.ErrorString = v },
        { "Hash", CommonTypes.Hash, m => m.Hash, (ref m, v) => m.Hash = v },
        { "Added", Bool, m => m.Added, (ref m, v) => m.Added = v },
    };
}
