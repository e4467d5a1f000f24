using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Whether there is a directory.</summary>
public sealed record CheckDirectoryRequest
{
    public string DirectoryName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<CheckDirectoryRequest> Gob { get; } = new GobStruct<CheckDirectoryRequest>("CheckDirectoryRequest")
    {
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
    };
}

/// <summary>The answer to <see cref="CheckDirectoryRequest"/>.</summary>
public sealed record CheckDirectoryResponse
{
    public bool DirectoryExists { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<CheckDirectoryResponse> Gob { get; } = new GobStruct<CheckDirectoryResponse>("CheckDirectoryResponse")
    {
        { "DirectoryExists", Bool, m => m.DirectoryExists, (ref m, v) => m.DirectoryExists = v },
    };
}
