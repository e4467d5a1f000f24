using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An empty directory to delete.</summary>
public sealed record DeleteDirectoryRequest
{
    public string DirectoryName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<DeleteDirectoryRequest> Gob { get; } = new GobStruct<DeleteDirectoryRequest>("DeleteDirectoryRequest")
    {
        { "DirectoryName", Text, m => m.DirectoryName, (ref m, v) => m.DirectoryName = v },
    };
}

/// <summary>The answer to <see cref="DeleteDirectoryRequest"/>.</summary>
public sealed record DeleteDirectoryResponse
{
    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<DeleteDirectoryResponse> Gob { get; } = new GobStruct<DeleteDirectoryResponse>("DeleteDirectoryResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
