namespace ImageSdk.Jobs;

/// <summary>A worker that has registered with a queue: what it says of itself.</summary>
/// <param name="Profile">Its name and which jobs it can do.</param>
/// <param name="Slots">Jobs that it does at once.</param>
/// <param name="IsDraining">Whether it takes no further jobs.</param>
/// <param name="Started">When it registered, by its own clock.</param>
/// <param name="Seen">When it last spoke, by its own clock.</param>
/// <param name="Running">The jobs that it has, the oldest first.</param>
public sealed record KnownWorker(WorkerProfile Profile, int Slots, bool IsDraining, DateTimeOffset Started, DateTimeOffset Seen, IReadOnlyList<Job> Running)
{
    /// <summary>Whether it can do the job.</summary>
    public bool CanDo(Job job) => Profile.Kinds.Contains(job.Kind)
        && (job.Architecture is null || Profile.Architectures.Contains(job.Architecture))
        && job.Labels.All(Profile.Labels.Contains);
}
