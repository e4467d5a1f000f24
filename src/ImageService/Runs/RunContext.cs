using ImageSdk.Contracts.Diagnostics;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;

namespace ImageSdk.ImageService.Runs;

/// <summary>A run as those see it who do a part of it.</summary>
/// <param name="Job">The job as it was when the run began.</param>
/// <param name="ImageId">That the image is going to have.</param>
/// <param name="Folder">A folder of the job's own. What is left in it when the service ends is there when the run goes on.</param>
/// <param name="Log">Of the run.</param>
sealed record RunContext(JobRecord Job, string ImageId, string Folder, StreamListener Log, JobRuns Runs)
{
    /// <summary>What the job may take of a machine.</summary>
    public JobLimits Limits { get; init; } = JobLimits.None;

    /// <summary>Runs scripts on this machine, within the limits.</summary>
    public ConfinedProcess Processes => field ??= new(new(Job.Id, Folder, Limits, Log.Write));

    /// <summary>Whether an earlier attempt was ended in the middle, and may have left parts of what it was writing.</summary>
    public bool IsResumed { get; init; }

    /// <summary>Says how far the job is.</summary>
    /// <exception cref="RunException">IMG7633: its record is gone.</exception>
    public async Task SetStatusAsync(string status, CancellationToken cancellation)
    {
        Log.Write($"== {status}");
        if (!await Runs.SetStatusAsync(Job.Id, status, cancellation))
            throw new RunException("IMG7633", "The job's record was removed.");
    }

    /// <summary>A folder below the job's own, empty.</summary>
    public string NewFolder(string name)
    {
        var path = Path.Combine(Folder, name);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(path);
        return path;
    }
}
