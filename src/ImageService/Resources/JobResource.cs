using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Runs;
using ImageSdk.ImageService.Validation;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Resources;

/// <summary>Jobs: each makes an image.</summary>
sealed class JobResource(ServiceContext context) : RecordResource<JobRecord>(context, RecordKinds.Jobs, Schemas.Job)
{
    const string Determine = "etermine the specific information that is missing or invalid and then re-run the request with valid information.";

    /// <summary>Changes what a client knows better: how far the job is, and which image came out. One that is said to be over ends.</summary>
    public async Task<JobRecord> ChangeAsync(string id, JsonElement body, CancellationToken cancellation)
    {
        await GetAsync(id, isDeleted: false, cancellation);
        var values = Read(Schemas.JobChange, body);
        var changed = await Context.Records.ChangeAsync(Kind, id, isDeleted: false, current => current with
        {
            Status = values["status"]?.GetValue<string>() ?? current.Status,
            ResultantImageId = values["resultant_image_id"]?.GetValue<string>() ?? current.ResultantImageId,
        }, cancellation) ?? throw ApiProblem.NotFound();
        if (values["status"]?.GetValue<string>() is { } status && JobStatus.IsFinal(status))
            await Context.Runs.EndAsync(id, $"a client says that the job is over: {status}", cancellation);
        return changed;
    }

    /// <summary>Ends a job. One that is over stays as it was.</summary>
    /// <returns>The job; its status says when it has ended.</returns>
    public async Task<JobRecord> CancelAsync(string id, CancellationToken cancellation)
    {
        var job = await GetAsync(id, isDeleted: false, cancellation);
        if (!await Context.Runs.CancelAsync(id, "cancelled on request", cancellation) && !JobStatus.IsFinal(job.Status))
            await Context.Runs.SetStatusAsync(id, JobStatus.Error, cancellation);
        return await GetAsync(id, isDeleted: false, cancellation);
    }

    /// <summary>Does a job that has failed once more, from its beginning.</summary>
    /// <exception cref="ApiProblem">It has not failed.</exception>
    public async Task<JobRecord> RetryAsync(string id, CancellationToken cancellation)
    {
        using var turn = await Context.Turns.TakeAsync(id, cancellation);
        var job = await GetAsync(id, isDeleted: false, cancellation);
        if (job.Status != JobStatus.Error)
            throw new ApiProblem(StatusCodes.Status409Conflict, "Conflict", $"Only a job with the status {JobStatus.Error} is tried again; this one has {job.Status}.");
        if (await Context.Runs.FindAsync(id, cancellation) is { } run && !Jobs.JobStates.IsFinal(run.State))
            throw new ApiProblem(StatusCodes.Status409Conflict, "Conflict", "The job's last run has not ended yet. Try again in a moment.");
        var again = await Context.Records.ChangeAsync(
            Kind, id, isDeleted: false,
            current => current with { Status = JobStatus.Creating, ResultantImageId = null, RemoteBuildNode = "", SshContainers = ContainersOf(current) }, cancellation) ?? throw ApiProblem.NotFound();
        await Context.Runs.SubmitAsync(again, cancellation);
        return again;
    }

    /// <summary>The log of a job in lines.</summary>
    public IAsyncEnumerable<RunLogLine> LogAsync(string id, RunLogPosition from, bool follow, CancellationToken cancellation) => Context.Runs.LogAsync(id, from, follow, cancellation);

    /// <summary>Removes the jobs that a query selects.</summary>
    public async Task RemoveAsync(JobSelection selection, CancellationToken cancellation)
    {
        var now = Context.Time.GetUtcNow();
        foreach (var job in (await Context.Records.ReadAllAsync(Kind, areDeleted: false, cancellation)).Where(job => selection.Has(job, now)))
            try
            {
                await RemoveAsync(job.Id, cascades: true, cancellation);
            }
            catch (ApiProblem problem) when (problem.Status == StatusCodes.Status404NotFound)
            {
                // Someone else was faster.
            }
    }

    protected override async Task<JobRecord> MakeAsync(JsonObject values, CancellationToken cancellation)
    {
        string? Text(string name) => values[name]?.GetValue<string>() is { Length: > 0 } said ? said : null;
        var (id, settings) = (ServiceContext.NewId(), Context.Jobs);
        var isCreate = Text("job_type") == JobTypes.Create;
        var isDebug = values["enable_debug"]?.GetValue<bool>() ?? false;
        var asked = (values["ssh_containers"] as JsonArray ?? []).Select(item => (Name: item!["name"]!.GetValue<string>(), Jail: item["jail"]?.GetValue<bool>() ?? false)).ToList();
        if (isCreate && asked.Count > 0)
            throw ApiProblem.BadRequest($"User defined ssh containers during image create are not currently supported. D{Determine}");
        if (isCreate ? isDebug : asked.Count == 0)
            asked.Add((isCreate ? "debug" : "customize", false));
        var artifact = Text("artifact_id")!;
        var (arch, requiresDkms) = isCreate ? await CheckRecipeAsync(artifact, cancellation) : await CheckImageAsync(artifact, cancellation);
        if (await Context.Records.FindAsync(RecordKinds.PublicKeys, Text("public_key_id")!, isDeleted: false, cancellation) is null)
            throw ApiProblem.BadRequest($"Invalid public_key_id value in job request. No IMS public-key record found matching id={Text("public_key_id")}");
        var job = new JobRecord
        {
            Id = id, Created = Context.Now, JobType = Text("job_type")!, ArtifactId = artifact, PublicKeyId = Text("public_key_id")!,
            ImageRootArchiveName = Text("image_root_archive_name")!, Arch = arch, EnableDebug = isDebug,
            // Foreign machines are emulated, which needs the kernel's help.
            RequireDkms = arch == Architectures.Arm || (values["require_dkms"]?.GetValue<bool>() ?? requiresDkms),
            BuildEnvSize = values["build_env_size"]?.GetValue<int>() ?? settings.DefaultSize, JobMemSize = values["job_mem_size"]?.GetValue<int>() ?? settings.DefaultMemory,
            KernelFileName = Text("kernel_file_name") ?? (arch == Architectures.Arm ? "Image" : "vmlinuz"),
            InitrdFileName = Text("initrd_file_name") ?? "initrd", KernelParametersFileName = Text("kernel_parameters_file_name") ?? "kernel-parameters",
            KubernetesNamespace = settings.Namespace, KubernetesJob = $"cray-ims-{id}-{Text("job_type")}", KubernetesService = $"cray-ims-{id}-service",
            KubernetesConfigmap = $"cray-ims-{id}-configmap", KubernetesPvc = $"cray-ims-{id}-job-claim",
        };
        return job with { SshContainers = asked.Count == 0 ? null : [.. asked.Select(container => ContainerOf(job, container.Name, container.Jail))] };
    }

    protected override Task AddedAsync(JobRecord record, CancellationToken cancellation) => Context.Runs.SubmitAsync(record, CancellationToken.None);

    protected override Task RemoveArtifactsAsync(JobRecord record, CancellationToken cancellation) => Context.Runs.EndAsync(record.Id, "the job was removed", cancellation);

    protected override JobRecord WithLinkOf(JobRecord record, ArtifactLink? link, string? deleted) => record;

    List<SshContainer>? ContainersOf(JobRecord job) => job.SshContainers?.Select(container => ContainerOf(job, container.Name, container.Jail)).ToList();

    // Where it is, in the original's names, until it is known.
    SshContainer ContainerOf(JobRecord job, string name, bool jail) => new(name, jail, SshContainer.Pending, new Dictionary<string, SshAddress>
    {
        ["customer_access"] = new($"{job.Id}.ims.{Context.Jobs.Subnet}.{Context.Jobs.Domain}", 22),
        ["cluster.local"] = new($"{job.KubernetesService}.{job.KubernetesNamespace}.svc.cluster.local", 22),
    });

    async Task<(string Arch, bool Dkms)> CheckRecipeAsync(string id, CancellationToken cancellation)
    {
        var recipe = await Context.Records.FindAsync(RecordKinds.Recipes, id, isDeleted: false, cancellation) ?? throw Unknown("recipe", id);
        var path = PathOf(recipe, "recipe");
        if (await Context.Artifacts.FindAsync(path, cancellation) is null)
            throw ApiProblem.NoArtifact(Given(recipe.Link!));
        return (recipe.Arch, recipe.RequireDkms);
    }

    async Task<(string Arch, bool Dkms)> CheckImageAsync(string id, CancellationToken cancellation)
    {
        var image = await Context.Records.FindAsync(RecordKinds.Images, id, isDeleted: false, cancellation) ?? throw Unknown("image", id);
        var path = PathOf(image, "image");
        var root = await ImageManifest.FindRootAsync(Context.Artifacts, path, Given(image.Link!), Context.LargestManifest, cancellation);
        if (await Context.Artifacts.FindAsync(root.Path, cancellation) is null)
            throw ApiProblem.NoArtifact(new JsonObject { ["path"] = root.Path.ToString(), ["type"] = "s3" });
        return (image.Arch, Context.Jobs.EnablesDkms);
    }

    static ArtifactPath PathOf(ILinkedRecord record, string word) => record.Link is null
        ? throw ApiProblem.BadRequest($"The IMS {word} does not have an artifact_link for {word}_id={record.Id}. Please d{Determine}")
        : ArtifactPath.TryParse(record.Link.Path, out var path) ? path : throw ApiProblem.NoArtifact(Given(record.Link));

    static ApiProblem Unknown(string word, string id) =>
        ApiProblem.BadRequest($"Invalid artifact_id value in job request. No IMS {word} record found matching id={id}. D{Determine}");

    static JsonObject Given(ArtifactLink link) => new() { ["path"] = link.Path, ["etag"] = link.Etag, ["type"] = link.Type };
}
