namespace ImageSdk.Jobs;

/// <summary>What a worker is and which jobs it can do.</summary>
/// <param name="Name">The worker's name, for people.</param>
/// <param name="Kinds">Kinds of jobs that it does.</param>
public sealed record WorkerProfile(string Name, IReadOnlyCollection<string> Kinds)
{
    /// <summary>Architectures that it has. Jobs that name none go to any worker.</summary>
    public IReadOnlyCollection<string> Architectures { get; init; } = [];

    /// <summary>Labels that it has. It takes only jobs all of whose labels are among them.</summary>
    public IReadOnlyCollection<string> Labels { get; init; } = [];
}
