using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>What a sub is like. Without a generation that the caller has, its tree comes behind the answer.</summary>
public sealed record PollRequest
{
    /// <summary>The schema, as far as it is used.</summary>
    public static GobType<PollRequest> Gob { get; } = new GobStruct<PollRequest>("PollRequest");
}

/// <summary>The answer to <see cref="PollRequest"/>, as far as images are concerned; other fields are skipped.</summary>
public sealed record PollResponse
{
    /// <summary>Whether a tree and the hashes of cached objects follow. A sub that has not finished its first scan has none.</summary>
    public bool FileSystemFollows { get; set; }

    /// <summary>The schema.</summary>
    public static GobType<PollResponse> Gob { get; } = new GobStruct<PollResponse>("PollResponse")
    {
        { "FileSystemFollows", Bool, m => m.FileSystemFollows, (ref m, v) => m.FileSystemFollows = v },
    };
}
