using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Logging;

/// <summary>Whether the kernel ended processes for lack of memory since this was made. It counts them for the whole machine.</summary>
sealed class MemoryWatch
{
    const string Counter = "oom_kill";

    readonly string counters;
    readonly long before;

    /// <param name="counters">The kernel's counters of memory events (proc_vmstat(5)).</param>
    public MemoryWatch(string counters = "/proc/vmstat")
    {
        this.counters = counters;
        before = Read();
    }

    /// <summary>Of a command that failed, for its error; empty where the kernel ended nothing.</summary>
    public string Explain() => Read() > before
        ? " Memory ran out: the kernel killed a process meanwhile (oom_kill in /proc/vmstat). Give the machine or the container more memory, or let fewer builds run at once."
        : "";

    // A container without /proc/vmstat counts none.
    long Read() => KernelFile.ReadCounter(counters, Counter);
}
