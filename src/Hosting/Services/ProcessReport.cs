using System.Diagnostics;
using System.Globalization;
using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Services;

/// <summary>
/// What the process is doing, in words. The original answers with the stacks of all threads, which .NET does not tell a
/// process about itself.
/// </summary>
public static class ProcessReport
{
    public static string Make(TimeSpan upTime)
    {
        using var process = Process.GetCurrentProcess();
        var memory = GC.GetGCMemoryInfo();
        ThreadPool.GetAvailableThreads(out var freeWorkers, out var freePorts);
        ThreadPool.GetMaxThreads(out var maxWorkers, out var maxPorts);
        var text = new StringBuilder();
        Line("process", $"{process.Id}, up for {HumanDuration.Format(upTime)}, CPU {HumanDuration.Format(process.TotalProcessorTime)}");
        Line("memory", $"{Size(process.WorkingSet64)} resident, heap {Size(GC.GetTotalMemory(false))}, at most {Size(process.PeakWorkingSet64)} resident");
        Line("collections", string.Create(CultureInfo.InvariantCulture,
            $"{GC.CollectionCount(0)}, {GC.CollectionCount(1)}, {GC.CollectionCount(2)}; {memory.PauseTimePercentage}% of the time"));
        Line("thread pool", $"{ThreadPool.ThreadCount} threads, {maxWorkers - freeWorkers} working, {maxPorts - freePorts} on input and output, " +
            $"{ThreadPool.PendingWorkItemCount} items waiting, {ThreadPool.CompletedWorkItemCount} done");
        Line("locks", $"{Monitor.LockContentionCount} waits");
        text.Append("threads:\n");
        foreach (ProcessThread thread in process.Threads)
        {
            using (thread)
                text.Append($"  {thread.Id} {Describe(thread)}\n");
        }
        Line("this call", "");
        text.Append(Environment.StackTrace).Append('\n');
        return text.ToString();

        void Line(string what, string value) => text.Append($"{what}: {value}".TrimEnd()).Append('\n');
    }

    static string Size(long bytes) => HumanSize.Format((ulong)bytes);

    static string Describe(ProcessThread thread)
    {
        try
        {
            return $"{thread.ThreadState}, CPU {HumanDuration.Format(thread.TotalProcessorTime)}";
        }
        catch (Exception problem) when (problem is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return "ended";
        }
    }
}
