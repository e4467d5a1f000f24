namespace ImageSdk.ImageServer.Objects;

/// <summary>When objects that nothing refers to are deleted.</summary>
sealed record ObjectCollectorOptions
{
    /// <summary>Utilisation of the file system, in percent, at which deleting begins.</summary>
    public int StartPercent { get; init; } = 95;

    /// <summary>Utilisation, in percent, at which it ends.</summary>
    public int StopPercent { get; init; } = 90;

    /// <summary>Bytes of such objects above which deleting begins; no rule unless larger than <see cref="StopSize"/>.</summary>
    public ulong StartSize { get; init; }

    /// <summary>Bytes of such objects at which it ends.</summary>
    public ulong StopSize { get; init; }

    /// <summary>Of the server, whose objects together are held below them by the percentages, too.</summary>
    public ObjectLimits Limits { get; init; } = ObjectLimits.None;

    /// <summary>Bytes that are to be deleted to keep below the server's limit.</summary>
    /// <param name="stored">Bytes of all objects.</param>
    public ulong BytesOverLimit(ulong stored) =>
        Limits.StoreSize == 0 ? 0 : BytesToDelete(0, Limits.StoreSize - Math.Min(stored, Limits.StoreSize), Limits.StoreSize);

    /// <summary>Objects that are to be deleted to keep below the server's limit.</summary>
    /// <param name="stored">All objects.</param>
    public long CountOverLimit(long stored) => Limits.StoreCount == 0 ? 0
        : (long)BytesToDelete(0, (ulong)(Limits.StoreCount - Math.Min(stored, Limits.StoreCount)), (ulong)Limits.StoreCount);

    /// <summary>How much is to be deleted by the rule that demands more.</summary>
    /// <param name="unreferenced">Bytes of objects that nothing refers to.</param>
    /// <param name="available">Bytes of the file system that ordinary users may still fill.</param>
    /// <param name="capacity">Bytes that ordinary users may fill at all.</param>
    public ulong BytesToDelete(ulong unreferenced, ulong available, ulong capacity)
    {
        var bySize = StopSize < StartSize && unreferenced > StartSize ? unreferenced - StopSize : 0;
        var start = (ulong)Math.Clamp(StartPercent, 1, 99);
        var stop = Math.Min((ulong)Math.Clamp(StopPercent, 1, 99), start - 1);
        var utilisation = capacity == 0 ? 0 : (ulong)((UInt128)(capacity - available) * 100 / capacity);
        var byPercent = utilisation >= start ? (ulong)((UInt128)capacity * (utilisation - stop) / 100) : 0;
        return Math.Max(bySize, byPercent);
    }
}
