using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>What is built on what.</summary>
public sealed record GetDependenciesRequest
{
    /// <summary>How old the answer may be; zero for what is known already.</summary>
    public TimeSpan MaxAge { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetDependenciesRequest> Gob { get; } = new GobStruct<GetDependenciesRequest>("GetDependenciesRequest")
    {
        { "MaxAge", Duration, m => m.MaxAge, (ref m, v) => m.MaxAge = v },
    };
}

/// <summary>What is built on what, and how it was found out.</summary>
public sealed record GetDependenciesResult
{
    public byte[] FetchLog { get; set; } = [];

    public DateTimeOffset? GeneratedAt { get; set; }

    public DateTimeOffset? LastAttemptAt { get; set; }

    public string LastAttemptError { get; set; } = "";

    /// <summary>By stream, the stream of its source image.</summary>
    public IReadOnlyDictionary<string, string>? StreamToSource { get; set; }

    /// <summary>Streams of source images that cannot be built.</summary>
    public IReadOnlyDictionary<string, EmptyStruct>? UnbuildableSources { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<GetDependenciesResult> Gob { get; } = new GobStruct<GetDependenciesResult>("GetDependenciesResult")
    {
        { "FetchLog", Bytes, m => m.FetchLog, (ref m, v) => m.FetchLog = v },
        { "GeneratedAt", OptionalTime, m => m.GeneratedAt, (ref m, v) => m.GeneratedAt = v },
        { "LastAttemptAt", OptionalTime, m => m.LastAttemptAt, (ref m, v) => m.LastAttemptAt = v },
        { "LastAttemptError", Text, m => m.LastAttemptError, (ref m, v) => m.LastAttemptError = v },
        { "StreamToSource", CommonTypes.StringTable, m => m.StreamToSource, (ref m, v) => m.StreamToSource = v },
        { "UnbuildableSources", CommonTypes.StringSet, m => m.UnbuildableSources, (ref m, v) => m.UnbuildableSources = v },
    };
}

/// <summary>The answer to <see cref="GetDependenciesRequest"/>.</summary>
public sealed record GetDependenciesResponse
{
    public GetDependenciesResult Result { get; set; } = new();

    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetDependenciesResponse> Gob { get; } = new GobStruct<GetDependenciesResponse>("GetDependenciesResponse")
    {
        { "GetDependenciesResult", GetDependenciesResult.Gob, m => m.Result, (ref m, v) => m.Result = v },
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}

/// <summary>The value of a member of a set, which Go keeps as a map.</summary>
public sealed record EmptyStruct
{
    public static EmptyStruct Value { get; } = new();

    /// <summary>The schema.</summary>
    public static GobType<EmptyStruct> Gob { get; } = new GobStruct<EmptyStruct>("");
}
