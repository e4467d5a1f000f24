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
