namespace ImageSdk.ImageServer.Backups;

/// <summary>What was copied and removed.</summary>
sealed record MirrorResult
{
    public int Images { get; init; }
    public int Objects { get; init; }

    /// <summary>Of the objects.</summary>
    public long Bytes { get; init; }

    public int RemovedImages { get; init; }
    public int RemovedObjects { get; init; }

    /// <summary>Why images were left out, a line each, with their names.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public static MirrorResult operator +(MirrorResult left, MirrorResult right) => new()
    {
        Images = left.Images + right.Images,
        Objects = left.Objects + right.Objects,
        Bytes = left.Bytes + right.Bytes,
        RemovedImages = left.RemovedImages + right.RemovedImages,
        RemovedObjects = left.RemovedObjects + right.RemovedObjects,
        Faults = right.Faults.Count == 0 ? left.Faults : [.. left.Faults, .. right.Faults],
    };
}
