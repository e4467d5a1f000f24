using ImageSdk.Sandbox.Limits;

namespace ImageSdk.ImageService.Confinement;

/// <summary>
/// Looks now and then whether a folder has become too large, or its disk too full. It is measured only where its disk has lost as much room as it may still take.
/// </summary>
sealed class FolderWatch
{
    static readonly TimeSpan pause = TimeSpan.FromMilliseconds(500);

    readonly string folder;
    readonly long limit, reserve;
    long before, rest;

    /// <param name="limit">Bytes; 0 for none.</param>
    /// <param name="reserve">Bytes that the disk has to have left.</param>
    public FolderWatch(string folder, long limit, long reserve)
    {
        (this.folder, this.limit, this.reserve) = (folder, limit, reserve);
        Measure();
    }

    /// <summary>Returns when one of the two is so.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (!IsOver())
            await Task.Delay(pause, cancellation);
    }

    /// <summary>Bytes that the disk of a folder has left; none of a folder that is gone is known.</summary>
    public static long Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    bool IsOver() => Free(folder) < reserve || limit > 0 && (rest < 0 || before - Free(folder) >= rest && Measure() < 0);

    long Measure()
    {
        if (limit == 0)
            return 0;
        before = Free(folder);
        rest = limit - WrittenBytes.Measure(folder);
        // What others write on the disk makes no work with every look.
        return rest = rest < 0 ? rest : Math.Max(rest, limit / 32);
    }
}
