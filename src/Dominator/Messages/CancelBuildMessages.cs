using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The end of builds that are under way. Not in the original.</summary>
public sealed record CancelBuildRequest
{
    /// <summary>The number of one build; 0 for all of a stream.</summary>
    public ulong Build { get; set; }

    /// <summary>The stream; empty for one build.</summary>
    public string StreamName { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<CancelBuildRequest> Gob { get; } = new GobStruct<CancelBuildRequest>("CancelBuildRequest")
    {
        { "Build", U64, m => m.Build, (ref m, v) => m.Build = v },
        { "StreamName", Text, m => m.StreamName, (ref m, v) => m.StreamName = v },
    };
}

/// <summary>The answer to <see cref="CancelBuildRequest"/>.</summary>
public sealed record CancelBuildResponse
{
    /// <summary>The numbers of the builds that are cancelled.</summary>
    public IReadOnlyList<ulong> Cancelled { get; set; } = [];

    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<CancelBuildResponse> Gob { get; } = new GobStruct<CancelBuildResponse>("CancelBuildResponse")
    {
        { "Cancelled", Slice("[]uint64", U64), m => m.Cancelled, (ref m, v) => m.Cancelled = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
