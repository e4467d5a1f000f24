using System.Globalization;
using ImageSdk.Contracts.Projects;
using ImageSdk.ImageService.Problems;
using ImageSdk.Images;
using ImageSdk.Sandbox.Limits;

namespace ImageSdk.ImageService.Confinement;

/// <summary>Keeps the scripts of a job within its limits on this machine: memory and processes by control groups, its folder by looking at it.</summary>
/// <param name="job">Its id, after which its groups are named.</param>
/// <param name="folder">Its folder.</param>
/// <param name="log">Of its run.</param>
sealed class JobBounds(string job, string folder, JobLimits limits, Action<string> log)
{
    /// <summary>Below this a disk is full: the service needs the rest for its records and logs.</summary>
    const long FullBelow = 8 << 20;

    static readonly ControlGroups groups = new();

    int number;
    bool hasWarned;

    /// <summary>Makes the groups of a script.</summary>
    public CommandGroups Begin()
    {
        var made = groups.Make(string.Create(CultureInfo.InvariantCulture, $"{Prefix(job)}{Interlocked.Increment(ref number)}"), new ResourceLimits { Memory = limits.Memory, Processes = limits.Processes });
        var missing = new[] { ("memory", limits.Memory > 0), ("pids", limits.Processes > 0) }.Where(controller => controller.Item2 && made.Find(controller.Item1) is null).Select(controller => controller.Item1).ToList();
        if (missing.Count > 0 && !hasWarned)
            log($"(warning) IMG7639: The limits of the job are not kept here: the service may make no control groups with {string.Join(" and ", missing)}. Give it a writable cgroup file system.");
        hasWarned |= missing.Count > 0;
        return made;
    }

    /// <summary>A watch over the job's folder.</summary>
    public FolderWatch Watch() => new(folder, limits.Disk, FullBelow);

    /// <summary>What a script that has failed has failed of, where it is a limit.</summary>
    public RunException? FindReached(CommandGroups made, bool folderIsOver)
    {
        if (FindFullDisk(folder) is { } full)
            return full;
        if (folderIsOver)
            return Reached($"{HumanSize.FormatExact((ulong)limits.Disk)} in its folder (build_env_size, -jobDiskLimit)");
        if (made.RanOutOfMemory)
            return Reached($"{HumanSize.FormatExact((ulong)limits.Memory)} of memory (job_mem_size, -jobMemoryLimit)");
        if (made.RefusedProcess)
            return Reached(string.Create(CultureInfo.InvariantCulture, $"{limits.Processes} processes (-jobProcessLimit)"));
        return null;
    }

    /// <summary>That the disk of a folder is full, where it is.</summary>
    public static RunException? FindFullDisk(string folder) => FolderWatch.Free(folder) < FullBelow
        ? new("IMG7638", $"The disk of {Path.GetDirectoryName(folder)} is full. Make room there, or have jobs done elsewhere (-stateDir); then try the job again.")
        : null;

    /// <summary>Removes the groups that a service left that was killed.</summary>
    public static void RemoveGroups(string job)
    {
        foreach (var group in groups.Parents.Where(Directory.Exists).SelectMany(parent => Directory.EnumerateDirectories(parent, $"{ControlGroups.Prefix}{Prefix(job)}*")).ToList())
            CommandGroups.Remove(group);
    }

    static string Prefix(string job) => $"ims-{job}-";

    static RunException Reached(string limit) => new("IMG7637", $"The job reached its limit of {limit}, and was ended.");
}
