using System.Globalization;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Images.Text;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>What bounds one command, from before its start until it has ended.</summary>
/// <param name="users">File of the user namespace that it runs in; null for the worker's own.</param>
sealed class CommandBounds(ResourceLimits limits, CommandGroups groups, string? users, WrittenBytes? written) : IDisposable
{
    /// <summary>The kernel ends these before anything else of the machine when memory runs out.</summary>
    const int MemoryScore = 500;

    /// <summary>Of the shell's "ulimit -f".</summary>
    const int BlockSize = 512;

    const int FileSizeSignal = 25;

    const long Slack = 64 << 20;

    /// <summary>What the shell does that goes on as the command.</summary>
    public string Prelude { get; } = string.Concat(
    [
        $"echo {MemoryScore} 2>/dev/null >/proc/self/oom_score_adj; ",
        .. groups.Directories.Select(group => $"echo 0 >{ShellWord.Quote(group)}/cgroup.procs && "),
        limits.Disk > 0 ? string.Create(CultureInfo.InvariantCulture, $"ulimit -f {Math.Max(1, limits.Disk / BlockSize)} && ") : "",
        // What all processes take together is looked at now and then. One that takes more in between gets no more than this.
        IsByProcess(limits, groups) ? string.Create(CultureInfo.InvariantCulture, $"ulimit -d {(limits.Memory + limits.Memory / 4 + Slack) >> 10} && ") : "",
    ]);

    /// <summary>What starts bubblewrap.</summary>
    public IEnumerable<string> Through { get; } = users is null ? [] : [ProgramPath.Find("nsenter") ?? "nsenter", $"--user={users}", "--"];

    /// <summary>Of bubblewrap.</summary>
    public IEnumerable<string> Arguments { get; } = groups.Directories.Any() ? ["--unshare-cgroup-try"] : [];

    static bool IsByProcess(ResourceLimits limits, CommandGroups groups) => limits.Memory > 0 && groups.Find("memory") is null;

    /// <summary>Which limit the command has reached; null for none.</summary>
    public string? FindReached()
    {
        if (groups.RefusedProcess || limits.MostProcesses > 0 && groups.Find("pids") is null && users is not null && ProcessTable.CountTasks() >= limits.MostProcesses)
            return $"{limits.MostProcesses} processes at one time (ImageProcessLimit)";
        if (groups.RanOutOfMemory || IsByProcess(limits, groups) && ProcessTable.CountMemory(limits.Memory) > limits.Memory)
            return $"{HumanSize.FormatExact((ulong)limits.Memory)} of memory (ImageMemoryLimit)";
        return written?.IsOver() == true ? Disk : null;
    }

    string Disk => DescribeDisk(limits);

    public static string DescribeDisk(ResourceLimits limits) => $"{HumanSize.FormatExact((ulong)limits.Disk)} that a stage may write (ImageDiskLimit)";

    /// <summary>The same of a command that has ended.</summary>
    public string? FindReached(int exitCode) => limits.Disk > 0 && exitCode == 128 + FileSizeSignal ? Disk : FindReached();

    /// <summary>What a failure may come from where the kernel does not tell it; empty for nothing.</summary>
    public string Hint => IsByProcess(limits, groups) ? $"Memory is limited to {HumanSize.FormatExact((ulong)limits.Memory)} (ImageMemoryLimit)." : "";

    public static BuildException Exceeded(string limit, string tail) => new("IMG3260",
        $"A command of the image reached a limit and was ended: {limit}. {tail} If it needs more, raise the property; 0 is no limit.");

    public void Dispose() => groups.Dispose();
}
