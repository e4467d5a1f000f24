using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>A measurement; chunks follow the request.</summary>
public sealed record TestBandwidthRequest
{
    public TimeSpan Duration { get; set; }

    public ulong ChunkSize { get; set; }

    public bool SendToServer { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<TestBandwidthRequest> Gob { get; } = new GobStruct<TestBandwidthRequest>("TestBandwidthRequest")
    {
        { "Duration", GobTypes.Duration, m => m.Duration, (ref m, v) => m.Duration = v },
        { "ChunkSize", U64, m => m.ChunkSize, (ref m, v) => m.ChunkSize = v },
        { "SendToServer", Bool, m => m.SendToServer, (ref m, v) => m.SendToServer = v },
    };
}

/// <summary>The answer to <see cref="TestBandwidthRequest"/>.</summary>
public sealed record TestBandwidthResponse
{
    public TimeSpan ServerDuration { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<TestBandwidthResponse> Gob { get; } = new GobStruct<TestBandwidthResponse>("TestBandwidthResponse")
    {
        { "ServerDuration", Duration, m => m.ServerDuration, (ref m, v) => m.ServerDuration = v },
    };
}
