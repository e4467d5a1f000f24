using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Imaginator.Workers;

/// <summary>
/// Keeps builds from a machine that cannot do them, such as one whose disk is full or broken: after a fault it leaves the next builds to others for a
/// while, and after several in a row it drains itself.
/// </summary>
/// <param name="drain">Has the worker take no further builds, until an administrator says so.</param>
/// <param name="log">The worker's log.</param>
/// <param name="time">The clock.</param>
sealed class WorkerHealth(Func<Task> drain, Action<string> log, TimeProvider time)
{
    /// <summary>Faults without a build in between that shows that the machine works.</summary>
    const int MostFaults = 3;

    /// <summary>Longer than a job waits for its next attempt: another worker has it then.</summary>
    static readonly TimeSpan rest = TimeSpan.FromSeconds(30);

    /// <summary>The disk is full; a file cannot be read or written.</summary>
    static readonly string[] machineCodes = ["IMG3005", "IMG3006"];

    readonly Lock turn = new();
    int faults;
    long? resting;

    /// <summary>Whether the machine is at fault, and not what is built.</summary>
    public static bool IsMachineFault(Exception problem) => problem switch
    {
        BuildException { Diagnostic.Code: var code } => machineCodes.Contains(code),
        IOException or UnauthorizedAccessException => true,
        _ => false,
    };

    /// <summary>Waits until the worker may take a build again.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (Left is var left && left > TimeSpan.Zero)
            await Task.Delay(left, time, cancellation);
    }

    TimeSpan Left
    {
        get
        {
            lock (turn)
                return resting is { } since ? rest - time.GetElapsedTime(since) : TimeSpan.Zero;
        }
    }

    /// <summary>A build has come to its end, whatever that was: the machine works.</summary>
    public void Works()
    {
        lock (turn)
            faults = 0;
    }

    /// <summary>A build could not be done because of the machine.</summary>
    public async Task FailAsync(string fault)
    {
        bool isLast;
        lock (turn)
        {
            resting = time.GetTimestamp();
            isLast = ++faults == MostFaults;
        }
        log($"warning IMG7398: this machine cannot build, and another worker gets the build: {fault}");
        if (!isLast)
            return;
        log($"warning IMG7398: {MostFaults} builds in a row could not be done here: no further ones are taken until \"imaginator worker resume\" says so");
        await drain();
    }
}
