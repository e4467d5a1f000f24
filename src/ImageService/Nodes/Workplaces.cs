using System.Security.Cryptography;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Nodes;

/// <summary>
/// Chooses where a job is done: on the node of its architecture with the fewest jobs, or on this machine where there is none. Jobs count from the moment they are
/// sent to a node, not when they are seen there.
/// </summary>
/// <param name="archive">File with the image of containers on nodes, as <c>podman save</c> writes it; empty for no jobs on nodes.</param>
sealed class Workplaces(RecordStore records, NodeProbe probe, NodeSsh ssh, string archive)
{
    readonly SemaphoreSlim turn = new(1);
    string? image;

    /// <param name="avoided">Nodes that were lost.</param>
    public async Task<Workplace> ChooseAsync(RunContext run, IReadOnlySet<string> avoided, CancellationToken cancellation)
    {
        if (archive.Length == 0)
            return new LocalWorkplace(run.Folder, run.Processes);
        await turn.WaitAsync(cancellation);
        string? chosen;
        try
        {
            chosen = await FindAsync(run, avoided, cancellation);
            if (await records.ChangeAsync(RecordKinds.Jobs, run.Job.Id, isDeleted: false, job => job with { RemoteBuildNode = chosen ?? "" }, cancellation) is null)
                throw new RunException("IMG7633", "The job's record was removed.");
        }
        finally
        {
            turn.Release();
        }
        if (chosen is null)
            return new LocalWorkplace(run.Folder, run.Processes);
        run.Log.Write($"The job is done by the node {chosen}");
        image ??= $"localhost/imagesdk-ims:{await DigestAsync(cancellation)}";
        var place = new NodeWorkplace(ssh, chosen, run.Job.Id, run.Folder, image, run.Limits);
        await place.LoadAsync(archive, cancellation);
        return place;
    }

    /// <summary>Removes what a job has left on its node.</summary>
    public Task CleanAsync(JobRecord job, CancellationToken cancellation) =>
        job.RemoteBuildNode.Length == 0 ? Task.CompletedTask : new NodeWorkplace(ssh, job.RemoteBuildNode, job.Id, "", "", JobLimits.None).CleanAsync(cancellation);

    async Task<string?> FindAsync(RunContext run, IReadOnlySet<string> avoided, CancellationToken cancellation)
    {
        var nodes = (await records.ReadAllAsync(RecordKinds.Nodes, areDeleted: false, cancellation)).Where(node => !avoided.Contains(node.Xname)).ToList();
        if (nodes.Count == 0)
            return null;
        var given = (await records.ReadAllAsync(RecordKinds.Jobs, areDeleted: false, cancellation))
            .Where(job => job.RemoteBuildNode.Length > 0 && !JobStatus.IsFinal(job.Status) && job.Id != run.Job.Id).CountBy(job => job.RemoteBuildNode).ToDictionary();
        var asked = await Task.WhenAll(nodes.Select(node => probe.AskAsync(node.Xname, cancellation)));
        foreach (var unable in asked.Where(status => !status.IsAble))
            run.Log.Write($"The node {unable.Xname} gets no jobs: {unable.Ssh} {unable.Podman}");
        var able = asked.Where(status => status.IsAble && status.Architecture == run.Job.Arch).ToList();
        // One that has begun it has what was done.
        return able.Find(status => status.Xname == run.Job.RemoteBuildNode)?.Xname
            ?? able.MinBy(status => Math.Max(status.Jobs < 0 ? 10_000 : status.Jobs, given.GetValueOrDefault(status.Xname)))?.Xname;
    }

    async Task<string> DigestAsync(CancellationToken cancellation)
    {
        await using var content = File.OpenRead(archive);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation))[..16];
    }
}
