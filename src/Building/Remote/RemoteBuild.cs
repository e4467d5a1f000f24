using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Dominator;
using ImageSdk.Images;

namespace ImageSdk.Building.Remote;

/// <summary>A build by an imaginator: the project goes there, its log and what it makes come back.</summary>
sealed class RemoteBuild : IAsyncDisposable
{
    const int MaximumChecked = 8192;

    /// <summary>What an imaginator has forgotten since it was asked is sent once more.</summary>
    const int MaximumTries = 3;

    readonly BuildPlan plan;
    readonly StateDirectory state;
    readonly IBuildListener listener;
    readonly BuilderLink link;
    readonly ImageServerSettings builder;

    public RemoteBuild(BuildPlan plan, StateDirectory state, ImageServerSettings builder, IBuildListener listener)
    {
        (this.plan, this.state, this.builder, this.listener) = (plan, state, builder, listener);
        // Whoever sits in between could read them.
        if (plan.Project.Sandbox.Secrets.Count > 0 && builder is { AuthoritiesFile: "", Fingerprint: "" })
            throw new BuildException("IMG2361",
                "The project has secrets, and nothing says how to know the imaginator that builds it: they are not sent. Set ImageBuilderAuthorities or ImageBuilderFingerprint.", plan.Project.ProjectFile);
        link = new(builder, plan.Project.ProjectFile, listener);
    }

    /// <summary>host:port.</summary>
    public string Builder => link.Address;

    public ValueTask DisposeAsync() => link.DisposeAsync();

    /// <param name="requests">What is made of the image there.</param>
    /// <param name="referencedImages">Image files of the projects that this one references.</param>
    /// <exception cref="BuildException">It fails.</exception>
    public async Task RunAsync(IReadOnlyList<ArtifactRequest> requests, IReadOnlyList<string> referencedImages, CancellationToken cancellation)
    {
        var references = ReadReferences(referencedImages);
        using var files = new ProjectTree(plan, cancellation);
        var (project, tree) = await files.PackAsync(requests);
        var treeBytes = Encode(tree);
        var treeHash = ObjectHash.Of(treeBytes);
        var before = JsonFile.TryRead(state.RemoteStageFile, RemoteJson.Default.RemoteOutcome);
        var request = new BuildProjectRequest
        {
            Project = project.Serialize(),
            Tree = treeHash,
            Secrets = [.. ProjectSecrets.Read(plan.Project).Select(secret => new ProjectSecretValue { Name = secret.Name, Value = secret.Value })],
            References = references,
            Have = [.. Present(before)],
        };
        var news = new RemoteNews(files.Places, listener, plan.Project.ProjectFile);
        var outputs = new RemoteOutputs(plan, requests, Builder);
        for (var tries = 1; ; tries++)
        {
            var response = await link.CallAsync(async client =>
            {
                await SendAsync(client, files, treeHash, treeBytes, cancellation);
                return await client.BuildAsync(request, news.Tell, outputs.ReceiveAsync, cancellation);
            }, cancellation);
            if (response.News == BuildProjectNews.Missing && tries < MaximumTries)
                continue;
            if (response.News != BuildProjectNews.Built)
                throw news.Failure(response);
            JsonFile.Write(state.RemoteStageFile, outputs.Finish(response.Result, before) with { Server = builder }, RemoteJson.Default.RemoteOutcome);
            return;
        }
    }

    /// <summary>The builds of the images that the project may stand on.</summary>
    /// <exception cref="BuildException">IMG2360: one was built elsewhere.</exception>
    IReadOnlyList<string> ReadReferences(IReadOnlyList<string> referencedImages) =>
    [
        .. referencedImages.Select(file => JsonFile.TryRead(file + ".json", StateJson.Default.BuiltImage) switch
        {
            { Remotely: { } remotely } when remotely.Builder == Builder => remotely.Build,
            null => throw new BuildException("IMG2006", $"The referenced project's image {file} has not been built. Build that project first.", plan.Project.ProjectFile),
            var other => throw new BuildException("IMG2360",
                $"The referenced image {other.Stream} was built {(other.Remotely is null ? "on this machine" : $"by {other.Remotely.Builder}")}, and its layers are there. Build both projects with the same ImageBuilder.",
                plan.Project.ProjectFile),
        }),
    ];

    // A file that has changed since is fetched again.
    IEnumerable<BuiltFile> Present(RemoteOutcome? before)
    {
        if (before?.Builder != Builder)
            yield break;
        foreach (var file in before.Files)
            if (new FileInfo(Path.Combine(Path.GetDirectoryName(plan.Project.ImageFile)!, file.Name)) is { Exists: true } info
                && info.Length == file.Size && info.LastWriteTimeUtc.Ticks == file.Ticks && ObjectHash.TryParse(file.Hash, out var hash))
                yield return new() { Name = file.Name, Hash = hash, Size = (ulong)file.Size };
    }

    async Task SendAsync(RemoteBuilderClient client, ProjectTree files, ObjectHash treeHash, byte[] treeBytes, CancellationToken cancellation)
    {
        ObjectHash[] all = [treeHash, .. files.Objects.Keys];
        var missing = new List<ObjectHash>();
        foreach (var part in all.Chunk(MaximumChecked))
            missing.AddRange((await client.FindMissingAsync(part, cancellation)).Select(index => part[index]));
        if (missing.Count == 0)
            return;
        listener.Progress($"Sending {missing.Count} of {all.Length} files to {Builder}");
        await using var upload = await client.AddObjectsAsync(cancellation);
        foreach (var hash in missing)
        {
            if (hash == treeHash)
            {
                await upload.AddAsync(treeBytes, hash);
                continue;
            }
            await using var content = files.OpenRead(hash);
            try
            {
                await upload.AddAsync(content, (long)files.Objects[hash], hash);
            }
            catch (EndOfStreamException problem)
            {
                throw new BuildException("IMG1157", "A file of the project has become shorter while it was sent. Build again.", plan.Project.ProjectFile, inner: problem);
            }
        }
        await upload.FinishAsync();
    }

    static byte[] Encode(FileSystem tree)
    {
        var bytes = new MemoryStream();
        BareGob.Write(bytes, tree);
        return bytes.ToArray();
    }
}
