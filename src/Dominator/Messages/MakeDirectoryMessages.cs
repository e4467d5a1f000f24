using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>A directory to make.</summary>
public sealed record MakeDirectoryRequest
{
    public string DirectoryName { get; set; } = "";

    public bool MakeAll { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<MakeDirectoryRequest> Gob { get; } = new GobStruct<MakeDirectoryRequest>("MakeDirectoryRequest")
    {
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
        { "MakeAll", Bool, m => m.MakeAll, (ref m, v) => m.MakeAll = v },
    };
}

/// <summary>The answer to <see cref="MakeDirectoryRequest"/>.</summary>
public sealed record MakeDirectoryResponse
{
    /// <summary>The schema.</summary>
    public static GobType<MakeDirectoryResponse> Gob { get; } = new GobStruct<MakeDirectoryResponse>("MakeDirectoryResponse");
}
