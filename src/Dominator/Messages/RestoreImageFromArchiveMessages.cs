using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>An image to restore.</summary>
public sealed record RestoreImageFromArchiveRequest
{
    public DateTimeOffset? ExpiresAt { get; set; }

    public byte[] ArchiveData { get; set; } = [];

    /// <summary>The schema.</summary>
    public static GobType<RestoreImageFromArchiveRequest> Gob { get; } = new GobStruct<RestoreImageFromArchiveRequest>("RestoreImageFromArchiveRequest")
    {
        { "ExpiresAt", OptionalTime, m => m.ExpiresAt, (ref m, v) => m.ExpiresAt = v },
        { "ArchiveData", Bytes, m => m.ArchiveData, (ref m, v) => m.ArchiveData = v },
    };
}

/// <summary>The answer to <see cref="RestoreImageFromArchiveRequest"/>.</summary>
public sealed record RestoreImageFromArchiveResponse
{
    public string Error { get; set; } = "";

    public string ReplicationMaster { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<RestoreImageFromArchiveResponse> Gob { get; } = new GobStruct<RestoreImageFromArchiveResponse>("RestoreImageFromArchiveResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ReplicationMaster", Text, m => m.ReplicationMaster, (ref m, v) => m.ReplicationMaster = v },
    };
}
