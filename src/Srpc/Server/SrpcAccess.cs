namespace ImageSdk.Srpc;

/// <summary>Who may call a method without holding the power to.</summary>
public enum SrpcAccess
{
    /// <summary>Nobody.</summary>
    Restricted,

    /// <summary>All who have a certificate with a user name.</summary>
    Public,

    /// <summary>Everybody. One such method makes a server that demands TLS accept connections in clear text.</summary>
    Unauthenticated,
}
