using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>
/// Asks an imaginator for the contents of an image that it built for a project: objects, or what a package carries of the image. Not known to the
/// original.
/// </summary>
public sealed record BuiltContentRequest
{
    /// <summary>The build, as <see cref="BuildProjectResult.Build"/> names it.</summary>
    public string Build { get; set; } = "";

    /// <summary>Objects of the image or its log, for <c>RemoteBuilder.GetObjects</c>: the answer is that of <c>ObjectServer.GetObjects</c>.</summary>
    public IReadOnlyList<ObjectHash> Hashes { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<BuiltContentRequest> Gob { get; } = new GobStruct<BuiltContentRequest>("BuiltContentRequest")
    {
        { "Build", Text, m => m.Build, (ref m, v) => m.Build = v },
        { "Hashes", CommonTypes.Hashes, m => m.Hashes, (ref m, v) => m.Hashes = v },
    };
}

/// <summary>The answer of <c>RemoteBuilder.Pack</c>; the bytes of the files follow in their order.</summary>
public sealed record BuiltPackageResponse
{
    /// <summary>Why there are none; empty where there are.</summary>
    public string ErrorString { get; set; } = "";

    public IReadOnlyList<BuiltFile> Files { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<BuiltPackageResponse> Gob { get; } = new GobStruct<BuiltPackageResponse>("BuiltPackageResponse")
    {
        { "ErrorString", Text, m => m.ErrorString, (ref m, v) => m.ErrorString = v },
        { "Files", Slice("[]BuiltFile", BuiltFile.Gob), m => m.Files, (ref m, v) => m.Files = v },
    };
}
