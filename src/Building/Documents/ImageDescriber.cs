using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImageSdk.Attestations;
using ImageSdk.Building.Publishing;
using ImageSdk.Building.Speculation;
using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Documents;

/// <summary>Writes the documents about a built image that the project asks for, beside its record.</summary>
sealed class ImageDescriber(BuildPlan plan, StateDirectory state, LayerStore layers, BuildWorkers workers, IBuildListener listener)
{
    readonly DateTimeOffset? epoch = plan.Project.SourceDateEpoch is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    readonly BuildSpeculation speculation = BuildSpeculation.Of(plan.Project, workers);

    DateTimeOffset Now => epoch ?? DateTimeOffset.UtcNow;

    public async Task DescribeAsync(CancellationToken cancellation)
    {
        var file = plan.Project.ImageFile;
        var built = ReadBuilt();
        var started = DateTimeOffset.UtcNow - workers.Timings.Elapsed;
        var image = workers.Records.Read(file);
        var (_, description, documents) = await TakePrefetchedAsync(built) ?? Write(new(image, built, Log: null), await ReadAsync(image.FileSystem!, built.Layers, cancellation));
        if (description.Fault.Length > 0)
            listener.Report(new(DiagnosticSeverity.Warning, "IMG2291",
                $"The packages of the image cannot be read from rpm's database: {description.Fault}. Bills of materials list them by their names alone.", plan.Project.ProjectFile));
        foreach (var kind in plan.Project.Attestations)
        {
            // It says when the build ended.
            var document = documents.GetValueOrDefault(kind)
                ?? new ProvenanceStatement(plan, state, description with { Created = Now }, image, epoch is null ? started : null).Write();
            AtomicFile.Write(AttestationKinds.FileBeside(file, kind), stream => stream.Write(document));
        }
        JsonFile.Write(state.DescribedFile, new DescribedImage(built.TreeHash, plan.Project.Attestations), StateJson.Default.DescribedImage);
    }

    /// <summary>What the built image's files say of its packages: as an earlier build found it, or read now.</summary>
    /// <exception cref="BuildException">There is no image, or its layers are gone.</exception>
    public async Task<ImageContents> ReadContentsAsync(CancellationToken cancellation)
    {
        var built = ReadBuilt();
        return (await ReadAsync(workers.Records.Read(plan.Project.ImageFile).FileSystem!, built.Layers, cancellation)).Contents;
    }

    BuiltImage ReadBuilt() => JsonFile.TryRead(plan.Project.ImageFile + ".json", StateJson.Default.BuiltImage)
        ?? throw new BuildException("IMG6090", $"There is no image to describe: {plan.Project.ImageFile} has not been built. Build the project first.", plan.Project.ProjectFile);

    /// <summary>
    /// Works the documents out while the image's tests run. Errors are reported when they are asked for.
    /// </summary>
    /// <param name="sealedState">What the image is going to be made of.</param>
    /// <param name="composing">Ends with what it is going to be.</param>
    /// <returns>Null where speculation is off.</returns>
    public Task? Prefetch(FileSystem tree, StageState sealedState, Lazy<Task<ComposedImage>> composing, CancellationToken cancellation) =>
        speculation.Begin(() => Task.Run(async () =>
        {
            var read = await ReadAsync(tree, sealedState.Layers, cancellation);
            return Write(await composing.Value, read);
        }, cancellation));

    async Task<DescribedDocuments?> TakePrefetchedAsync(BuiltImage built)
    {
        var prefetched = speculation.Take<DescribedDocuments>();
        return prefetched is not null && await prefetched is var described && (described.Built.Name, described.Built.Key) == (built.Name, built.Key) ? described : null;
    }

    /// <summary>All but what has the time in it at which the build ends.</summary>
    DescribedDocuments Write(ComposedImage composed, ReadImage read)
    {
        var description = Describe(composed, read);
        var documents = new ConcurrentDictionary<string, byte[]>();
        Parallel.ForEach(plan.Project.Attestations.Intersect([AttestationKinds.Spdx, AttestationKinds.CycloneDx]), kind =>
            documents[kind] = kind == AttestationKinds.Spdx ? new SpdxDocument(description).Write() : new CycloneDxDocument(description).Write());
        return new(composed.Built, description, documents);
    }

    ImageDescription Describe(ComposedImage composed, ReadImage read)
    {
        var (image, built, _) = composed;
        var (files, contents, digests) = read;
        _ = ImageName.TryParse(built.Name, out _, out var time);
        var name = ImageName.Format(built.Stream, epoch?.UtcDateTime ?? time);
        return new()
        {
            Stream = built.Stream,
            Version = name[(name.LastIndexOf('/') + 1)..],
            TreeHash = built.TreeHash,
            Architecture = plan.Project.Architecture,
            Created = Now,
            Source = digests.Source,
            System = contents.System,
            Packages = DescribedPackages.List(contents, image.Packages, PackageDigests.Read(plan.Project.Lock, built, layers)),
            Texts = contents.Texts,
            Fault = contents.Fault,
            Files =
            [
                .. files.Where(_ => IsListed(files)).Select(file => new DescribedFile(
                    file.Path.ToString(), Convert.ToHexStringLower(SHA256.HashData(file.Path.Span).AsSpan(0, 10)), file.Stage.ToString(), file.Sha512, digests.Files[file.Sha512])),
            ],
            Unlisted = IsListed(files) ? null : UnlistedFiles.Of(files),
        };
    }

    bool IsListed(IReadOnlyList<AddedFile> files) => plan.Project.SbomFiles == ListedFiles.All || (plan.Project.SbomFiles == ListedFiles.Auto && files.Count <= ImageDescription.MostListed);

    /// <summary>Begins to read what is known from earlier builds, after something that is needed sooner.</summary>
    public void PrefetchKnown(Task first) => speculation.BeginOnce(() => Task.Run(async () =>
    {
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ReadKnown();
    }));

    KnownBefore ReadKnown() => new(
        JsonFile.TryRead(state.ContentsFile, AttestationStateJson.Default.KnownContents),
        JsonFile.TryRead(state.FileDigestsFile, AttestationStateJson.Default.KnownDigests) ?? new(new Dictionary<string, FileDigests>(), null));

    /// <summary>What the image's files say: of what did not change, as it was found in an earlier build.</summary>
    async Task<ReadImage> ReadAsync(FileSystem tree, IReadOnlyList<string> stack, CancellationToken cancellation)
    {
        var files = AddedFiles.List(state, layers, tree);
        var key = ContentsKey.Of(tree);
        var (contents, known) = speculation.Take<KnownBefore>() is { } reading ? await reading : ReadKnown();
        var digests = new Dictionary<string, FileDigests>();
        var missing = new List<InspectedFile>();
        foreach (var file in IsListed(files) ? files.DistinctBy(file => file.Sha512) : [])
        {
            if ((known.Files.GetValueOrDefault(file.Sha512) ?? FileDigester.TryDigest(file, layers)) is { } found)
                digests.Add(file.Sha512, found);
            else
                missing.Add(new(file.Path.Span.ToArray(), file.Sha512));
        }
        if (contents?.Key != key || contents.Contents is null)
            contents = null;
        if (contents is null || missing.Count > 0)
        {
            var read = await AskAsync(stack, contents is null, missing, cancellation);
            foreach (var (hash, digest) in read.Digests)
                digests.Add(hash, digest);
            if (contents is null)
                JsonFile.Write(state.ContentsFile, contents = new(key, read.Contents!), AttestationStateJson.Default.KnownContents);
        }
        var all = new KnownDigests(digests, DescribeSource(known.Source));
        JsonFile.Write(state.FileDigestsFile, all, AttestationStateJson.Default.KnownDigests);
        return new(files, contents.Contents, all);
    }

    async Task<ImageInspection> AskAsync(IReadOnlyList<string> stack, bool readsContents, IReadOnlyList<InspectedFile> files, CancellationToken cancellation)
    {
        if (!stack.All(layers.Contains))
            throw new BuildException("IMG6091",
                $"The layers of {plan.Project.ImageFile} are no longer in the cache {layers.Root}, so its packages cannot be read. Build the project again.", plan.Project.ProjectFile);
        listener.Progress("Reading packages and licences");
        var done = await workers.AskAsync(plan.Project.CacheDirectory, new InspectImageRequest(stack, readsContents, files), listener, cancellation);
        return done.Inspection!;
    }

    DescribedSource? DescribeSource(DescribedSource? known)
    {
        if (JsonFile.TryRead(state.StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage) is not { ImageFile: { } file } source)
            return null;
        // Of a project, what its image is called says nothing of when it changed.
        if (source.Kind == SourceKind.Project && source.Fingerprint.Split(' ') is [_, var hash])
            return new(epoch is null ? source.Name : ImageName.GetDirectory(source.Name), hash);
        return known?.Name == source.Name ? known : new(source.Name, TreeHash.Compute(workers.Records.Read(file).FileSystem!).ToString());
    }
}

/// <summary>What documents say about an image, which may not be written yet, and those that are worked out.</summary>
/// <param name="Documents">By their kinds.</param>
sealed record DescribedDocuments(BuiltImage Built, ImageDescription Description, IReadOnlyDictionary<string, byte[]> Documents);

/// <summary>What earlier builds have read.</summary>
sealed record KnownBefore(KnownContents? Contents, KnownDigests Digests);

/// <summary>What was read of an image, or known of it, to describe it.</summary>
sealed record ReadImage(IReadOnlyList<AddedFile> Files, ImageContents Contents, KnownDigests Digests);
