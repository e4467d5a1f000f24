namespace ImageSdk.Imaginator.Options;

/// <summary>What builds.</summary>
enum BuildRunnerKind
{
    /// <summary>The daemon itself.</summary>
    Local,

    /// <summary>Workers on any machines, and the daemon where it may.</summary>
    Workers,

    /// <summary>Slurm starts a worker for each build.</summary>
    Slurm,

    /// <summary>Kubernetes starts a worker for each build.</summary>
    Kubernetes,
}
