using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The machines of a machine database.</summary>
public sealed record GetMdbRequest
{
    /// <summary>The schema.</summary>
    public static GobType<GetMdbRequest> Gob { get; } = new GobStruct<GetMdbRequest>("GetMdbRequest");
}

/// <summary>The answer to <see cref="GetMdbRequest"/>.</summary>
public sealed record GetMdbResponse
{
    public string Error { get; set; } = "";

    public IReadOnlyList<Machine> Machines { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<GetMdbResponse> Gob { get; } = new GobStruct<GetMdbResponse>("GetMdbResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "Machines", Slice("[]mdb.Machine", Machine.Gob), m => m.Machines, (ref m, v) => m.Machines = v },
    };
}

/// <summary>The images that machines have or will have to have.</summary>
public sealed record ListMdbImagesRequest
{
    /// <summary>The schema.</summary>
    public static GobType<ListMdbImagesRequest> Gob { get; } = new GobStruct<ListMdbImagesRequest>("ListImagesRequest");
}

/// <summary>The answer to <see cref="ListMdbImagesRequest"/>.</summary>
public sealed record ListMdbImagesResponse
{
    public IReadOnlyList<string> PlannedImages { get; set; } = [];

    public IReadOnlyList<string> RequiredImages { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<ListMdbImagesResponse> Gob { get; } = new GobStruct<ListMdbImagesResponse>("ListImagesResponse")
    {
        { "PlannedImages", CommonTypes.Strings, m => m.PlannedImages, (ref m, v) => m.PlannedImages = v },
        { "RequiredImages", CommonTypes.Strings, m => m.RequiredImages, (ref m, v) => m.RequiredImages = v },
    };
}
