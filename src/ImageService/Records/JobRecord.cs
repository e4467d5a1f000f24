using System.Text.Json.Serialization;

namespace ImageSdk.ImageService.Records;

/// <summary>A job. Members that name objects of Kubernetes are kept for clients of the original; nothing of those names exists.</summary>
sealed record JobRecord : IRecord
{
    public required string Id { get; init; }

    public required string Created { get; init; }

    [JsonIgnore]
    public string? Deleted { get; init; }

    /// <summary>One of <see cref="JobTypes"/>.</summary>
    public required string JobType { get; init; }

    /// <summary>The recipe of a create job, the image of a customize job.</summary>
    public required string ArtifactId { get; init; }

    public required string PublicKeyId { get; init; }

    /// <summary>The name of the image that comes out.</summary>
    public required string ImageRootArchiveName { get; init; }

    /// <summary>One of <see cref="JobStatus"/>.</summary>
    public string Status { get; init; } = JobStatus.Creating;

    public required string Arch { get; init; }

    public bool EnableDebug { get; init; }

    public bool RequireDkms { get; init; }

    /// <summary>GiB of disk.</summary>
    public int BuildEnvSize { get; init; }

    /// <summary>GiB of memory.</summary>
    public int JobMemSize { get; init; }

    public required string KernelFileName { get; init; }

    public required string InitrdFileName { get; init; }

    public required string KernelParametersFileName { get; init; }

    /// <summary>Null for a job that offers no shell.</summary>
    public IReadOnlyList<SshContainer>? SshContainers { get; init; }

    /// <summary>The image that came out; null as long as there is none.</summary>
    public string? ResultantImageId { get; init; }

    /// <summary>The node that the job runs on; empty for this machine.</summary>
    public string RemoteBuildNode { get; init; } = "";

    public string KubernetesNamespace { get; init; } = "";

    public string KubernetesJob { get; init; } = "";

    public string KubernetesService { get; init; } = "";

    public string KubernetesConfigmap { get; init; } = "";

    public string KubernetesPvc { get; init; } = "";

    public string? KubernetesSecret { get; init; }
}

/// <summary>A shell of a job.</summary>
/// <param name="Jail">Whether it is shut into the image's root.</param>
/// <param name="Status">"pending", "active" while it can be reached, then "complete".</param>
/// <param name="ConnectionInfo">Where it is, by networks: "customer_access" and "cluster.local".</param>
[method: JsonConstructor]
sealed record SshContainer(string Name, bool Jail, string Status, IReadOnlyDictionary<string, SshAddress> ConnectionInfo)
{
    public const string Pending = "pending", Active = "active", Complete = "complete";
}

sealed record SshAddress(string Host, int Port);

static class JobTypes
{
    public const string Create = "create", Customize = "customize";

    public static readonly string[] All = [Create, Customize];
}

/// <summary>The words for where a job is.</summary>
static class JobStatus
{
    public const string Creating = "creating", FetchingImage = "fetching_image", FetchingRecipe = "fetching_recipe", WaitingForRepos = "waiting_for_repos",
        BuildingImage = "building_image", PackagingArtifacts = "packaging_artifacts", WaitingOnUser = "waiting_on_user", Error = "error", Success = "success";

    public static readonly string[] All = [Creating, FetchingImage, FetchingRecipe, WaitingForRepos, BuildingImage, PackagingArtifacts, WaitingOnUser, Error, Success];

    /// <summary>Whether the job is over.</summary>
    public static bool IsFinal(string status) => status is Error or Success;
}
