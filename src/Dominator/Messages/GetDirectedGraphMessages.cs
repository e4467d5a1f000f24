using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The graph of what is built on what.</summary>
public sealed record GetDirectedGraphRequest
{
    /// <summary>Streams that are left out with those below them and those that are built on them.</summary>
    public IReadOnlyList<string> Excludes { get; set; } = [];

    /// <summary>Streams to which the graph is confined, with those below them, what they are built on and what is built on them.</summary>
    public IReadOnlyList<string> Includes { get; set; } = [];

    /// <summary>How old the answer may be; zero for what is known already.</summary>
    public TimeSpan MaxAge { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetDirectedGraphRequest> Gob { get; } = new GobStruct<GetDirectedGraphRequest>("GetDirectedGraphRequest")
    {
        { "Excludes", CommonTypes.Strings, m => m.Excludes, (ref m, v) => m.Excludes = v },
        { "Includes", CommonTypes.Strings, m => m.Includes, (ref m, v) => m.Includes = v },
        { "MaxAge", Duration, m => m.MaxAge, (ref m, v) => m.MaxAge = v },
    };
}

/// <summary>The graph, and how it was found out.</summary>
public sealed record GetDirectedGraphResult
{
    public byte[] FetchLog { get; set; } = [];

    public DateTimeOffset? GeneratedAt { get; set; }

    public byte[] GraphvizDot { get; set; } = [];

    public DateTimeOffset? LastAttemptAt { get; set; }

    public string LastAttemptError { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetDirectedGraphResult> Gob { get; } = new GobStruct<GetDirectedGraphResult>("GetDirectedGraphResult")
    {
        { "FetchLog", Bytes, m => m.FetchLog, (ref m, v) => m.FetchLog = v },
        { "GeneratedAt", OptionalTime, m => m.GeneratedAt, (ref m, v) => m.GeneratedAt = v },
        { "GraphvizDot", Bytes, m => m.GraphvizDot, (ref m, v) => m.GraphvizDot = v },
        { "LastAttemptAt", OptionalTime, m => m.LastAttemptAt, (ref m, v) => m.LastAttemptAt = v },
        { "LastAttemptError", Text, m => m.LastAttemptError, (ref m, v) => m.LastAttemptError = v },
    };
}

/// <summary>The answer to <see cref="GetDirectedGraphRequest"/>.</summary>
public sealed record GetDirectedGraphResponse
{
    public GetDirectedGraphResult Result { get; set; } = new();

    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetDirectedGraphResponse> Gob { get; } = new GobStruct<GetDirectedGraphResponse>("GetDirectedGraphResponse")
    {
        { "GetDirectedGraphResult", GetDirectedGraphResult.Gob, m => m.Result, (ref m, v) => m.Result = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
