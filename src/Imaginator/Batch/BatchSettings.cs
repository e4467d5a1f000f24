namespace ImageSdk.Imaginator.Batch;

/// <summary>The file of <c>-runnerFile</c>.</summary>
sealed record BatchSettings(SlurmSettings? Slurm, KubernetesSettings? Kubernetes);

/// <summary>How Slurm starts workers.</summary>
sealed record SlurmSettings
{
    /// <summary>The worker's program at the nodes, with its first arguments.</summary>
    public IReadOnlyList<string> WorkerCommand { get; init; } = ["/usr/local/lib/imaginator/imaginator", "worker"];

    /// <summary>Flags of the worker.</summary>
    public IReadOnlyList<string> WorkerFlags { get; init; } = [];

    /// <summary>Further options of sbatch, such as a partition or an account.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Of streams that name no memory; zero for the cluster's default.</summary>
    public ulong MemoryMiB { get; init; }

    /// <summary>Zero for one.</summary>
    public ulong Cpus { get; init; }

    /// <summary>At the nodes, where the workers' own output goes; empty for nowhere.</summary>
    public string LogDirectory { get; init; } = "";

    /// <summary>How often Slurm is asked how its jobs are.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>How Kubernetes starts workers.</summary>
sealed record KubernetesSettings
{
    /// <summary>A kubeconfig file; empty for the service account of the pod that the imaginator runs in.</summary>
    public string Kubeconfig { get; init; } = "";

    /// <summary>Empty for that of the kubeconfig or the pod.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The container image with the worker.</summary>
    public string Image { get; init; } = "";

    /// <summary>The worker's program in the image, with its first arguments.</summary>
    public IReadOnlyList<string> WorkerCommand { get; init; } = ["/usr/local/lib/imaginator/imaginator", "worker"];

    /// <summary>Flags of the worker.</summary>
    public IReadOnlyList<string> WorkerFlags { get; init; } = [];

    public string ServiceAccount { get; init; } = "";

    /// <summary>A secret of the namespace whose files appear at <see cref="SecretPath"/>: certificate, key, the database's connection string.</summary>
    public string Secret { get; init; } = "";

    public string SecretPath { get; init; } = "/etc/imagesdk-worker";

    /// <summary>A claim for a volume where workers keep their state; empty for a volume that goes with the pod.</summary>
    public string StateClaim { get; init; } = "";

    public string StatePath { get; init; } = "/var/lib/imagesdk-worker";

    /// <summary>Labels that nodes must have, besides the architecture and the stream's.</summary>
    public IReadOnlyDictionary<string, string> NodeSelector { get; init; } = new Dictionary<string, string>();

    /// <summary>Of streams that name no memory; zero for the namespace's default.</summary>
    public ulong MemoryMiB { get; init; }

    /// <summary>Zero for the namespace's default.</summary>
    public ulong Cpus { get; init; }

    /// <summary>Whether the container may make namespaces and mounts as root; otherwise the cluster must permit user namespaces to it.</summary>
    public bool Privileged { get; init; } = true;

    /// <summary>How often a worker whose pod is lost is started again.</summary>
    public ulong Restarts { get; init; } = 3;
}
