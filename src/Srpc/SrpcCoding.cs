namespace ImageSdk.Srpc;

/// <summary>How values are written in the calls of a connection.</summary>
public enum SrpcCoding
{
    Gob,

    /// <summary>A document and a line feed for each value. For metadata only: see the documentation of the protocol.</summary>
    Json,
}
