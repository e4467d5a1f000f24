using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>A line for the log, if details are logged.</summary>
public sealed record LoggerDebugRequest
{
    /// <summary>Words of the line.</summary>
    public IReadOnlyList<string> Args { get; set; } = [];

    /// <summary>Of the log; empty for the main one.</summary>
    public string Name { get; set; } = "";

    public byte Level { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<LoggerDebugRequest> Gob { get; } = new GobStruct<LoggerDebugRequest>("DebugRequest")
    {
        { "Args", CommonTypes.Strings, m => m.Args, (ref m, v) => m.Args = v },
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
        { "Level", U8, m => m.Level, (ref m, v) => m.Level = v },
    };
}

/// <summary>The answer to <see cref="LoggerDebugRequest"/>.</summary>
public sealed record LoggerDebugResponse
{
    /// <summary>The schema.</summary>
    public static GobType<LoggerDebugResponse> Gob { get; } = new GobStruct<LoggerDebugResponse>("DebugResponse");
}

/// <summary>What the server is doing at the moment.</summary>
public sealed record LoggerGetStackTraceRequest
{
    /// <summary>The schema.</summary>
    public static GobType<LoggerGetStackTraceRequest> Gob { get; } = new GobStruct<LoggerGetStackTraceRequest>("GetStackTraceRequest");
}

/// <summary>The answer to <see cref="LoggerGetStackTraceRequest"/>.</summary>
public sealed record LoggerGetStackTraceResponse
{
    /// <summary>Text.</summary>
    public byte[] Data { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<LoggerGetStackTraceResponse> Gob { get; } = new GobStruct<LoggerGetStackTraceResponse>("GetStackTraceResponse")
    {
        { "Data", Bytes, m => m.Data, (ref m, v) => m.Data = v },
    };
}

/// <summary>A line for the log.</summary>
public sealed record LoggerPrintRequest
{
    /// <summary>Words of the line.</summary>
    public IReadOnlyList<string> Args { get; set; } = [];

    /// <summary>Of the log; empty for the main one.</summary>
    public string Name { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<LoggerPrintRequest> Gob { get; } = new GobStruct<LoggerPrintRequest>("PrintRequest")
    {
        { "Args", CommonTypes.Strings, m => m.Args, (ref m, v) => m.Args = v },
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
    };
}

/// <summary>The answer to <see cref="LoggerPrintRequest"/>.</summary>
public sealed record LoggerPrintResponse
{
    /// <summary>The schema.</summary>
    public static GobType<LoggerPrintResponse> Gob { get; } = new GobStruct<LoggerPrintResponse>("PrintResponse");
}

/// <summary>Up to which level details are logged from now on.</summary>
public sealed record LoggerSetDebugLevelRequest
{
    /// <summary>Of the log; empty for the main one.</summary>
    public string Name { get; set; } = "";

    /// <summary>-1 for none.</summary>
    public int Level { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<LoggerSetDebugLevelRequest> Gob { get; } = new GobStruct<LoggerSetDebugLevelRequest>("SetDebugLevelRequest")
    {
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
        { "Level", I32, m => m.Level, (ref m, v) => m.Level = v },
    };
}

/// <summary>The answer to <see cref="LoggerSetDebugLevelRequest"/>.</summary>
public sealed record LoggerSetDebugLevelResponse
{
    /// <summary>The schema.</summary>
    public static GobType<LoggerSetDebugLevelResponse> Gob { get; } = new GobStruct<LoggerSetDebugLevelResponse>("SetDebugLevelResponse");
}

/// <summary>The lines of the log as they are written.</summary>
public sealed record LoggerWatchRequest
{
    /// <summary>Details up to this level are sent, whether they are logged or not; -1 for none.</summary>
    public int DebugLevel { get; set; }

    /// <summary>Lines in which this expression is found are left out; empty for none.</summary>
    public string ExcludeRegex { get; set; } = "";

    /// <summary>Lines in which this expression is not found are left out; empty for all.</summary>
    public string IncludeRegex { get; set; } = "";

    /// <summary>Of the log; empty for the main one.</summary>
    public string Name { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<LoggerWatchRequest> Gob { get; } = new GobStruct<LoggerWatchRequest>("WatchRequest")
    {
        { "DebugLevel", I32, m => m.DebugLevel, (ref m, v) => m.DebugLevel = v },
        { "ExcludeRegex", Text, m => m.ExcludeRegex, (ref m, v) => m.ExcludeRegex = v },
        { "IncludeRegex", Text, m => m.IncludeRegex, (ref m, v) => m.IncludeRegex = v },
        { "Name", Text, m => m.Name, (ref m, v) => m.Name = v },
    };
}

/// <summary>The answer to <see cref="LoggerWatchRequest"/>; the lines follow as text until the caller ends the connection.</summary>
public sealed record LoggerWatchResponse
{
    public string Error { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<LoggerWatchResponse> Gob { get; } = new GobStruct<LoggerWatchResponse>("WatchResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
