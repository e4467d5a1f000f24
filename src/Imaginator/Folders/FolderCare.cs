using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Folders;

/// <summary>Keeps folders within their limits while builds go on.</summary>
/// <param name="folders">All there are.</param>
/// <param name="gate">Builds of this process go through it.</param>
/// <param name="log">The log of daemon or worker.</param>
/// <param name="time">The clock.</param>
sealed class FolderCare(IReadOnlyList<KeptFolder> folders, BuildGate gate, Action<string> log, TimeProvider time)
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(10);

    /// <summary>Until the next try where builds were going on.</summary>
    static readonly TimeSpan pause = TimeSpan.FromSeconds(30);

    /// <summary>How long builds may be kept waiting for those that go on, for a folder that is far over its quota.</summary>
    static readonly TimeSpan longestWait = TimeSpan.FromMinutes(10);

    /// <summary>How long they are not kept waiting after that.</summary>
    static readonly TimeSpan longestPeace = TimeSpan.FromHours(1);

    readonly Dictionary<string, FolderState> states = folders.ToDictionary(folder => folder.Name, folder => new FolderState(folder));
    long? waited;

    /// <summary>All folders, as they were when they were looked at last.</summary>
    public IReadOnlyList<FolderState> States => [.. folders.Select(folder => states[folder.Name])];

    /// <summary>Looks at all folders now and then until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var began = time.GetTimestamp();
            var isDone = await CollectAsync(stop);
            while (!isDone && time.GetElapsedTime(began) < interval)
            {
                await Task.Delay(pause, time, stop);
                isDone = await CollectAsync(stop, again: true);
            }
            if (interval - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
                await Task.Delay(left, time, stop);
        }
    }

    /// <summary>Looks at all folders, and removes what is over their limits.</summary>
    /// <param name="again">Only at those that could not be cleaned up because builds went on.</param>
    /// <returns>False where builds go on that must not be disturbed.</returns>
    public async Task<bool> CollectAsync(CancellationToken stop, bool again = false)
    {
        var isDone = true;
        foreach (var folder in folders)
        {
            var state = states[folder.Name];
            if (again && !state.IsWaiting)
                continue;
            try
            {
                if (!again)
                    state.Size = await folder.Content.MeasureAsync(stop);
                isDone &= !(state.IsWaiting = !await CollectAsync(folder, state, stop));
                state.Problem = "";
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or BuildException or StoreException)
            {
                Report(state, $"warning IMG7397: the folder {folder.Name} cannot be cleaned up: {problem.Message}");
            }
        }
        return isDone;
    }

    /// <returns>False where builds go on.</returns>
    async Task<bool> CollectAsync(KeptFolder folder, FolderState state, CancellationToken stop)
    {
        if (state.Size <= folder.Limits.Quota && !folder.Content.HasExpired(folder.Limits))
        {
            state.Warning = "";
            return true;
        }
        using var closed = folder.Content.IsSharedByBuilds ? await CloseAsync(folder, state, stop) : null;
        if (folder.Content.IsSharedByBuilds && closed is null)
            return false;
        var before = state.Size;
        try
        {
            await folder.Content.CollectAsync(folder.Limits, stop);
        }
        catch (BuildException problem) when (problem.Diagnostic.Code == "IMG7121")
        {
            // A build of another process.
            return false;
        }
        state.Size = await folder.Content.MeasureAsync(stop);
        if (before > state.Size)
        {
            state.Removed += before - state.Size;
            log($"Removed {HumanSize.Format(before - state.Size)} from the folder {folder.Name}, which had {HumanSize.Format(before)} and may have {HumanSize.Format(folder.Limits.Quota)} (-{folder.Flag})");
        }
        if (state.Size > folder.Limits.Quota)
            Warn(state, $"warning IMG7396: the folder {folder.Name} has {HumanSize.Format(state.Size)} and may have {HumanSize.Format(folder.Limits.Quota)}: all of it is used. Raise -{folder.Flag}.");
        else
            state.Warning = "";
        return true;
    }

    /// <summary>Waits for a moment without builds: for long only where there is far too much, and not all the time.</summary>
    async Task<IDisposable?> CloseAsync(KeptFolder folder, FolderState state, CancellationToken stop)
    {
        var isUrgent = state.Size > folder.Limits.Quota / 4 * 5 && (waited is not { } before || time.GetElapsedTime(before) > longestPeace);
        var closed = await gate.TryCloseAsync(isUrgent ? longestWait : TimeSpan.Zero, time, stop);
        if (isUrgent)
            waited = time.GetTimestamp();
        return closed;
    }

    void Report(FolderState state, string problem)
    {
        if (state.Problem != problem)
            log(problem);
        state.Problem = problem;
    }

    // Its numbers are others every time.
    void Warn(FolderState state, string warning)
    {
        if (state.Warning.Length == 0)
            log(warning);
        state.Warning = warning;
    }
}

/// <summary>What is known of a folder.</summary>
sealed class FolderState(KeptFolder folder)
{
    public KeptFolder Folder => folder;

    /// <summary>Bytes.</summary>
    public ulong Size { get; set; }

    /// <summary>Bytes that were removed since the start.</summary>
    public ulong Removed { get; set; }

    /// <summary>Whether it is over its limits, and builds go on.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Why it cannot be cleaned up; empty where it can.</summary>
    public string Problem { get; set; } = "";

    /// <summary>That it is over its quota all the same; empty where it is not.</summary>
    public string Warning { get; set; } = "";
}
