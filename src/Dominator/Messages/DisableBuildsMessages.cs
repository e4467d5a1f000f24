using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>No automatic builds for a while; images that are there are kept for longer instead.</summary>
public sealed record DisableAutoBuildsRequest
{
    public TimeSpan DisableFor { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<DisableAutoBuildsRequest> Gob { get; } = new GobStruct<DisableAutoBuildsRequest>("DisableAutoBuildsRequest")
    {
        { "DisableFor", Duration, m => m.DisableFor, (ref m, v) => m.DisableFor = v },
    };
}

/// <summary>The answer to <see cref="DisableAutoBuildsRequest"/>.</summary>
public sealed record DisableAutoBuildsResponse
{
    public DateTimeOffset? DisabledUntil { get; set; }

    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<DisableAutoBuildsResponse> Gob { get; } = new GobStruct<DisableAutoBuildsResponse>("DisableAutoBuildsResponse")
    {
        { "DisabledUntil", OptionalTime, m => m.DisabledUntil, (ref m, v) => m.DisabledUntil = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}

/// <summary>No builds on request for a while.</summary>
public sealed record DisableBuildRequestsRequest
{
    /// <summary>Zero to allow them again.</summary>
    public TimeSpan DisableFor { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<DisableBuildRequestsRequest> Gob { get; } = new GobStruct<DisableBuildRequestsRequest>("DisableBuildRequestsRequest")
    {
        { "DisableFor", Duration, m => m.DisableFor, (ref m, v) => m.DisableFor = v },
    };
}

/// <summary>The answer to <see cref="DisableBuildRequestsRequest"/>.</summary>
public sealed record DisableBuildRequestsResponse
{
    /// <summary>Null where they are allowed.</summary>
    public DateTimeOffset? DisabledUntil { get; set; }

    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<DisableBuildRequestsResponse> Gob { get; } = new GobStruct<DisableBuildRequestsResponse>("DisableBuildRequestsResponse")
    {
        { "DisabledUntil", OptionalTime, m => m.DisabledUntil, (ref m, v) => m.DisabledUntil = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
