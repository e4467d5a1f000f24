using ImageSdk.Imaginator.Running;
using k8s.Models;

namespace ImageSdk.Imaginator.Batch.Kubernetes;

/// <summary>The job of Kubernetes (batch/v1) that runs a worker for one build.</summary>
static class WorkerJob
{
    /// <summary>What is left behind by an imaginator that never comes back is removed by the cluster after this time.</summary>
    const int SecondsKept = 3600;

    const int SecondsToStop = 60;

    /// <summary>The worker ends a build whose time is up, and says so; the cluster ends a worker that does not.</summary>
    static readonly TimeSpan grace = TimeSpan.FromMinutes(2);

    public static V1Job Create(KubernetesSettings settings, BatchBuild build)
    {
        var labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "imagesdk-worker", ["app.kubernetes.io/managed-by"] = "imaginator" };
        return new()
        {
            ApiVersion = "batch/v1",
            Kind = "Job",
            Metadata = new() { Name = BatchWorker.NameOf(build.Job), Labels = labels },
            Spec = new()
            {
                ActiveDeadlineSeconds = (long)Math.Ceiling((build.TimeLimit + grace).TotalSeconds),
                // A worker ends well also where its build fails: what is started again has lost its node, or was killed.
                BackoffLimit = (int)settings.Restarts,
                TtlSecondsAfterFinished = SecondsKept,
                Template = new()
                {
                    Metadata = new() { Labels = labels },
                    Spec = CreatePod(settings, build),
                },
            },
        };
    }

    static V1PodSpec CreatePod(KubernetesSettings settings, BatchBuild build)
    {
        var volumes = new List<(V1Volume Volume, V1VolumeMount Mount)>
        {
            (settings.StateClaim.Length > 0
                ? new() { Name = "state", PersistentVolumeClaim = new() { ClaimName = settings.StateClaim } }
                : new() { Name = "state", EmptyDir = new() }, new() { Name = "state", MountPath = settings.StatePath }),
        };
        if (settings.Secret.Length > 0)
            volumes.Add((new() { Name = "secret", Secret = new() { SecretName = settings.Secret, DefaultMode = 0b100_000_000 } }, new() { Name = "secret", MountPath = settings.SecretPath, ReadOnlyProperty = true }));
        return new()
        {
            RestartPolicy = "Never",
            // Builds need none of the cluster's API.
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            ServiceAccountName = settings.ServiceAccount.Length > 0 ? settings.ServiceAccount : null,
            TerminationGracePeriodSeconds = SecondsToStop,
            NodeSelector = NodeSelector(settings, build),
            Volumes = [.. volumes.Select(each => each.Volume)],
            Containers =
            [
                new()
                {
                    Name = "worker",
                    Image = settings.Image,
                    Command = [.. BatchWorker.Command(settings.WorkerCommand, settings.WorkerFlags, build), $"-stateDir={settings.StatePath}"],
                    Resources = Resources(settings, build),
                    SecurityContext = new() { Privileged = settings.Privileged },
                    VolumeMounts = [.. volumes.Select(each => each.Mount)],
                },
            ],
        };
    }

    /// <summary>A label NAME=VALUE of a stream is one of nodes; NAME alone is one with the value "true".</summary>
    static Dictionary<string, string> NodeSelector(KubernetesSettings settings, BatchBuild build)
    {
        var selector = new Dictionary<string, string>(settings.NodeSelector, StringComparer.Ordinal) { ["kubernetes.io/arch"] = build.Architecture };
        foreach (var label in build.Placement.Labels)
            if (label.Split('=', 2) is [var name, var value])
                selector[name] = value;
            else
                selector[label] = "true";
        return selector;
    }

    static V1ResourceRequirements? Resources(KubernetesSettings settings, BatchBuild build)
    {
        var memory = build.Placement.MemoryMiB > 0 ? build.Placement.MemoryMiB : settings.MemoryMiB;
        var (limits, requests) = (new Dictionary<string, ResourceQuantity>(), new Dictionary<string, ResourceQuantity>());
        if (memory > 0)
            limits["memory"] = requests["memory"] = new($"{memory}Mi");
        if (settings.Cpus > 0)
            requests["cpu"] = new($"{settings.Cpus}");
        return requests.Count > 0 ? new() { Limits = limits.Count > 0 ? limits : null, Requests = requests } : null;
    }
}
