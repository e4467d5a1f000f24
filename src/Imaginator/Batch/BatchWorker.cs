using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Batch;

/// <summary>The worker that a batch system starts for one job.</summary>
static class BatchWorker
{
    /// <summary>Names the worker and its job at the batch system: the same after a restart of the imaginator, and no other's.</summary>
    public static string NameOf(Job job) => $"imagesdk-{job.Labels[0][(job.Labels[0].LastIndexOf(':') + 1)..]}";

    /// <summary>Its command. No secret is among the arguments.</summary>
    public static IReadOnlyList<string> Command(IReadOnlyList<string> program, IReadOnlyList<string> flags, BatchBuild build) =>
        [.. program, .. flags, "-once", $"-name={NameOf(build.Job)}", $"-labels={build.Job.Labels[0]}", $"-architectures={build.Architecture}"];
}
