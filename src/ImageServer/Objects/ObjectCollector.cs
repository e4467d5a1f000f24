using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Deletes objects that nothing refers to when space gets scarce.</summary>
sealed class ObjectCollector(ObjectCatalogue catalogue, ObjectCollectorOptions options, Action<string> report)
{
    static readonly TimeSpan delay = TimeSpan.FromSeconds(5);
    static readonly TimeSpan period = TimeSpan.FromSeconds(1);

    string lastProblem = "";

    /// <summary>Bytes that ordinary users may still fill, and that they may fill at all, of the file system of the objects.</summary>
    public Func<(ulong Available, ulong Capacity)> Space { get; init; } = () => MeasureSpace(catalogue.Store.Directory);

    /// <summary>Looks every second, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(delay, catalogue.Time, cancellation);
            using var timer = new PeriodicTimer(period, catalogue.Time);
            do
                Collect(cancellation);
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    /// <summary>Looks once. Does nothing while references are still being counted.</summary>
    public void Collect(CancellationToken cancellation = default)
    {
        if (!catalogue.IsComplete)
            return;
        try
        {
            var (available, capacity) = Space();
            var before = catalogue.Statistics;
            var bytes = Math.Max(options.BytesToDelete(before.UnreferencedBytes, available, capacity), options.BytesOverLimit(before.Bytes));
            if (options.CountOverLimit(before.Count) is var count && (count > 0 || bytes > 0))
                catalogue.DeleteOldest(count, bytes, cancellation);
            lastProblem = "";
        }
        catch (Exception problem) when (problem is SrpcException or IOException)
        {
            // Every second the same until there is room: once is enough.
            if (problem.Message != lastProblem)
                report($"Cannot make enough room by deleting unreferenced objects: {problem.Message}");
            lastProblem = problem.Message;
        }
    }

    static (ulong Available, ulong Capacity) MeasureSpace(string directory)
    {
        var drive = new DriveInfo(directory);
        var reserved = drive.TotalFreeSpace - drive.AvailableFreeSpace;
        return ((ulong)drive.AvailableFreeSpace, (ulong)(drive.TotalSize - reserved));
    }
}
