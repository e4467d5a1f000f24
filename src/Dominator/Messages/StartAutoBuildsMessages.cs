using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>A cycle of automatic builds, now.</summary>
public sealed record StartAutoBuildsRequest
{
    /// <summary>Whether the answer comes at its end.</summary>
    public bool WaitForComplete { get; set; }

    /// <summary>Whether to wait for a cycle that is under way.</summary>
    public bool WaitToStart { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<StartAutoBuildsRequest> Gob { get; } = new GobStruct<StartAutoBuildsRequest>("StartAutoBuildsRequest")
    {
        { "WaitForComplete", Bool, m => m.WaitForComplete, (ref m, v) => m.WaitForComplete = v },
        { "WaitToStart", Bool, m => m.WaitToStart, (ref m, v) => m.WaitToStart = v },
    };
}

/// <summary>The answer to <see cref="StartAutoBuildsRequest"/>.</summary>
public sealed record StartAutoBuildsResponse
{
    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<StartAutoBuildsResponse> Gob { get; } = new GobStruct<StartAutoBuildsResponse>("StartAutoBuildsResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
