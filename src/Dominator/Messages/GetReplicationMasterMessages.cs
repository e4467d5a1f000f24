using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;

namespace ImageSdk.Dominator;

/// <summary>The server of which this one is a replica, as host:port; empty where it is none.</summary>
public sealed record GetReplicationMasterRequest
{
    /// <summary>The schema.</summary>
    public static GobType<GetReplicationMasterRequest> Gob { get; } = new GobStruct<GetReplicationMasterRequest>("GetReplicationMasterRequest");
}

/// <summary>The answer to <see cref="GetReplicationMasterRequest"/>.</summary>
public sealed record GetReplicationMasterResponse
{
    public string Error { get; set; } = "";

    public string ReplicationMaster { get; set; } = "";

    /// <summary>The schema.</summary>
    public static GobType<GetReplicationMasterResponse> Gob { get; } = new GobStruct<GetReplicationMasterResponse>("GetReplicationMasterResponse")
    {
        { "Error", Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ReplicationMaster", Text, m => m.ReplicationMaster, (ref m, v) => m.ReplicationMaster = v },
    };
}
