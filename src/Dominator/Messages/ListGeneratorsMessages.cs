using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>The paths that a file generator makes files for.</summary>
public sealed record ListGeneratorsRequest
{
    /// <summary>The schema.</summary>
    public static GobType<ListGeneratorsRequest> Gob { get; } = new GobStruct<ListGeneratorsRequest>("ListGeneratorsRequest");
}

/// <summary>The answer to <see cref="ListGeneratorsRequest"/>.</summary>
public sealed record ListGeneratorsResponse
{
    public IReadOnlyList<string> Pathnames { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<ListGeneratorsResponse> Gob { get; } = new GobStruct<ListGeneratorsResponse>("ListGeneratorsResponse")
    {
        { "Pathnames", CommonTypes.Strings, m => m.Pathnames, (ref m, v) => m.Pathnames = v },
    };
}
