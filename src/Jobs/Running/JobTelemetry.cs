using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ImageSdk.Jobs.Running;

/// <summary>Traces and metrics of jobs, under the name <see cref="Name"/>. They cost nothing where no one listens.</summary>
public static class JobTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "ImageSdk.Jobs";

    static readonly ActivitySource Source = new(Name);
    static readonly Meter Meter = new(Name);
    static readonly UpDownCounter<int> Running = Meter.CreateUpDownCounter<int>("imagesdk.jobs.running", "{job}", "Jobs that this process does");
    static readonly Counter<long> Attempts = Meter.CreateCounter<long>("imagesdk.jobs.attempts", "{attempt}", "Attempts that ended, by outcome");

    internal static Activity? Begin(Job job)
    {
        Running.Add(1, Kind(job));
        var activity = Source.StartActivity($"job {job.Kind}", ActivityKind.Consumer);
        activity?.SetTag("imagesdk.job.id", job.Id).SetTag("imagesdk.job.kind", job.Kind).SetTag("imagesdk.job.attempt", job.Attempt)
            .SetTag("imagesdk.job.architecture", job.Architecture);
        return activity;
    }

    internal static void Outcome(Job job, string outcome) => Attempts.Add(1, Kind(job), new("outcome", outcome.ToLowerInvariant()));

    internal static void End(Job job, Activity? activity)
    {
        Running.Add(-1, Kind(job));
        activity?.Stop();
    }

    static KeyValuePair<string, object?> Kind(Job job) => new("kind", job.Kind);
}
