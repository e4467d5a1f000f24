namespace ImageSdk.Hosting.Options;

/// <summary>Which pages are for those alone who come over TLS with a certificate that the server accepts.</summary>
public enum PageAccess
{
    /// <summary>None: whoever reaches the port reads all.</summary>
    Open,

    /// <summary>Build logs and the server's own.</summary>
    WithoutLogs,

    /// <summary>All but those for supervision and tools.</summary>
    Closed,
}
