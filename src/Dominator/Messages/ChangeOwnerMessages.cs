using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Another owner of a directory (ChownDirectory).</summary>
public sealed record ChangeOwnerRequest
{
    public string DirectoryName { get; set; } = "";

    public string OwnerGroup { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<ChangeOwnerRequest> Gob { get; } = new GobStruct<ChangeOwnerRequest>("ChangeOwnerRequest")
    {
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
        { "OwnerGroup", Text, m => m.OwnerGroup, (ref m, v) => m.OwnerGroup = v },
    };
}

/// <summary>The answer to <see cref="ChangeOwnerRequest"/>.</summary>
public sealed record ChangeOwnerResponse
{
    /// <summary>The schema.</summary>
    public static GobType<ChangeOwnerResponse> Gob { get; } = new GobStruct<ChangeOwnerResponse>("ChangeOwnerResponse");
}
