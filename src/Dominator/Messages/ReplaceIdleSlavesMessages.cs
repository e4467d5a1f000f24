using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>New machines for builds in place of those that wait.</summary>
public sealed record ReplaceIdleSlavesRequest
{
    public bool ImmediateGetNew { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<ReplaceIdleSlavesRequest> Gob { get; } = new GobStruct<ReplaceIdleSlavesRequest>("ReplaceIdleSlavesRequest")
    {
        { "ImmediateGetNew", Bool, m => m.ImmediateGetNew, (ref m, v) => m.ImmediateGetNew = v },
    };
}

/// <summary>The answer to <see cref="ReplaceIdleSlavesRequest"/>.</summary>
public sealed record ReplaceIdleSlavesResponse
{
    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<ReplaceIdleSlavesResponse> Gob { get; } = new GobStruct<ReplaceIdleSlavesResponse>("ReplaceIdleSlavesResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
