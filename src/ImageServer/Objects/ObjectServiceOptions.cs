namespace ImageSdk.ImageServer.Objects;

/// <summary>Who may do what with objects without holding the power to.</summary>
sealed record ObjectServiceOptions
{
    /// <summary>All with a certificate may add and import.</summary>
    public bool AllowPublicAddObjects { get; init; }

    /// <summary>All with a certificate may ask what is there.</summary>
    public bool AllowPublicCheckObjects { get; init; }

    /// <summary>All with a certificate may get objects.</summary>
    public bool AllowPublicGetObjects { get; init; }

    /// <summary>Everybody may ask what is there, and get objects.</summary>
    public bool AllowUnauthenticatedReads { get; init; }

    /// <summary>The server that is followed, as host:port; null where changes are made here.</summary>
    public string? ReplicationMaster { get; init; }
}
