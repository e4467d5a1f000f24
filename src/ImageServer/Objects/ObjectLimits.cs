namespace ImageSdk.ImageServer.Objects;

/// <summary>How much a server takes from those who upload. Zero is no limit.</summary>
sealed record ObjectLimits
{
    // Of the file system, and bytes: enough for images, logs and headers to be written once no object is taken any more.
    const int AutomaticReservePercent = 1;
    const ulong MaxAutomaticReserve = 1UL << 30;

    public static ObjectLimits None { get; } = new();

    /// <summary>Bytes of one object, holes included.</summary>
    public ulong ObjectSize { get; init; }

    /// <summary>Bytes of all objects of one call of AddObjects.</summary>
    public ulong UploadSize { get; init; }

    /// <summary>Objects of one call of AddObjects.</summary>
    public long UploadCount { get; init; }

    /// <summary>Bytes of all objects of the server, each once.</summary>
    public ulong StoreSize { get; init; }

    /// <summary>All objects of the server.</summary>
    public long StoreCount { get; init; }

    /// <summary>Bytes of the file system that stay free; null for what <see cref="ReserveOf"/> makes of its size.</summary>
    public ulong? Reserve { get; init; } = 0;

    /// <summary>Bytes that stay free of a file system.</summary>
    /// <param name="total">Bytes of the file system.</param>
    public ulong ReserveOf(ulong total) => Reserve ?? Math.Min(total / 100 * AutomaticReservePercent, MaxAutomaticReserve);
}
