using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Debian.Fetching;

/// <summary>Says how many packages and bytes of a fetch are here.</summary>
sealed class FetchProgress
{
    readonly Lock one = new();
    readonly IBuildListener listener;
    readonly int count;
    readonly long bytes;
    int done;
    long doneBytes;

    public FetchProgress(IBuildListener listener, int count, long bytes)
    {
        (this.listener, this.count, this.bytes) = (listener, count, bytes);
        listener.Progress($"Fetching {count} packages, {bytes / 1e6:0.0} MB");
    }

    /// <summary>
    /// Packages come side by side, and beside the installation of others. As output it is shown where a terminal is, without ending the phase
    /// that the build's timeline has at the time.
    /// </summary>
    public void Add(long size)
    {
        lock (one)
        {
            done++;
            doneBytes += size;
            listener.Output($"Fetched {done} of {count} packages, {doneBytes / 1e6:0.0} of {bytes / 1e6:0.0} MB");
        }
    }
}
