using ImageSdk.Contracts.Projects;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Records;

namespace ImageSdk.ImageService.Confinement;

/// <summary>What a job may take of a machine; 0 is no limit.</summary>
/// <param name="Memory">Bytes, of all its processes together.</param>
/// <param name="Disk">Bytes of its folder.</param>
/// <param name="Processes">Processes and threads at one time.</param>
sealed record JobLimits(long Memory, long Disk, int Processes)
{
    /// <summary>What the original allows for what a job asks for.</summary>
    const long MemoryFactor = 5, DiskFactor = 3;

    const int GiB = 30;

    public static JobLimits None { get; } = new(0, 0, 0);

    /// <summary>Those of a job: what its record asks for, within what the service gives.</summary>
    public static JobLimits Of(JobRecord job, ImageServiceOptions options) => new(
        Least(MemoryFactor * job.JobMemSize << GiB, (long)options.JobMemoryLimit), Least(DiskFactor * job.BuildEnvSize << GiB, (long)options.JobDiskLimit), options.JobProcessLimit);

    /// <summary>Those of an image project, within these.</summary>
    public ResourceLimits Within(ResourceLimits own) => own with
    {
        Memory = Least(own.Memory, Memory), Disk = Least(own.Disk, Disk), Processes = own.Processes is { } processes ? (int)Least(processes, Processes) : own.Processes,
    };

    static long Least(long one, long other) => one <= 0 ? other : other <= 0 ? one : Math.Min(one, other);
}
