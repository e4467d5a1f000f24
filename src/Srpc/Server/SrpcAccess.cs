namespace ImageSdk.Srpc;

/// <summary>Who may call a method without holding the power to.</summary>
[Flags]
public enum SrpcAccess
{
    /// <summary>Only holders of the power.</summary>
    Restricted = 0,

    /// <summary>All who have a certificate with a user name.</summary>
    Public = 1,

    /// <summary>
    /// Everybody, with a certificate or without. One such method makes a server that demands TLS accept connections in clear
    /// text. Lists of public methods do not have it unless it is that, too.
    /// </summary>
    Unauthenticated = 2,
}
