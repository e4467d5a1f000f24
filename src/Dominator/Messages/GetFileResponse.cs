using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>Says of a file of a sub how many bytes follow, or why none do.</summary>
public sealed record GetFileResponse
{
    public string Error { get; set; } = "";

    public ulong Size { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetFileResponse> Gob { get; } = new GobStruct<GetFileResponse>("GetFileResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "Size", U64, m => m.Size, (ref m, v) => m.Size = v },
    };
}
