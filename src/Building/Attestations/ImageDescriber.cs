using System.Globalization;
using System.Security.Cryptography;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Attestations;

/// <summary>Writes the documents about a built image that the project asks for, beside its record.</summary>
sealed class ImageDescriber(BuildPlan plan, StateDirectory state, LayerStore layers, BuildWorkers workers, IBuildListener listener)
{
    static readonly DateTimeOffset? epoch = long.TryParse(
        Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    public async Task DescribeAsync(CancellationToken cancellation)
    {
        var file = plan.Project.ImageFile;
        var built = StateDirectory.TryRead(file + ".json", StateJson.Default.BuiltImage)
            ?? throw new BuildException("IMG6090", $"There is no image to describe: {file} has not been built. Build the project first.", plan.Project.ProjectFile);
        var started = DateTimeOffset.UtcNow - workers.Timings.Elapsed;
        var image = workers.Records.Read(file);
        var description = await DescribeAsync(built, image, cancellation);
        foreach (var kind in plan.Project.Attestations)
            AtomicFile.Write(AttestationKinds.FileBeside(file, kind), stream => stream.Write(kind switch
            {
                AttestationKinds.Spdx => new SpdxDocument(description).Write(),
                AttestationKinds.CycloneDx => new CycloneDxDocument(description).Write(),
                _ => new ProvenanceStatement(plan, state, description, image, epoch is null ? started : null).Write(),
            }));
        StateDirectory.Write(state.DescribedFile, new DescribedImage(built.TreeHash, plan.Project.Attestations), StateJson.Default.DescribedImage);
    }

    async Task<ImageDescription> DescribeAsync(BuiltImage built, Image image, CancellationToken cancellation)
    {
        var tree = image.FileSystem!;
        var files = AddedFile.List(state, layers, tree);
        var inspection = await InspectAsync(built, tree, files, cancellation);
        var contents = inspection.Contents!;
        ImageName.TryParse(built.Name, out _, out var time);
        var name = ImageName.Format(built.Stream, epoch?.UtcDateTime ?? time);
        return new()
        {
            Stream = built.Stream,
            Version = name[(name.LastIndexOf('/') + 1)..],
            TreeHash = TreeHash.Compute(tree),
            Architecture = plan.Project.Architecture,
            Created = epoch ?? DateTimeOffset.UtcNow,
            Source = inspection.Source,
            System = contents.System,
            Packages = DescribedPackages.List(contents, image.Packages, PackageDigests.Read(plan.Project.ProjectFile, built, layers)),
            Texts = contents.Texts,
            Files =
            [
                .. files.Select(file => new DescribedFile(
                    file.Path.ToString(), Convert.ToHexStringLower(SHA256.HashData(file.Path.Span).AsSpan(0, 10)), file.Stage.ToString(), file.Sha512, inspection.Digests[file.Sha512])),
            ],
        };
    }

    /// <summary>What the image's files say: of what did not change, as it was found in an earlier build.</summary>
    async Task<ImageInspection> InspectAsync(BuiltImage built, FileSystem tree, IReadOnlyList<AddedFile> files, CancellationToken cancellation)
    {
        var known = StateDirectory.TryRead(state.InspectionFile, InspectionJson.Default.ImageInspection) ?? ImageInspection.None;
        var key = ContentsKey.Of(tree);
        var hasContents = known.Key == key && known.Contents is not null;
        var missing = files.DistinctBy(file => file.Sha512).Where(file => !known.Digests.ContainsKey(file.Sha512))
            .Select(file => new InspectedFile(file.Path.Span.ToArray(), file.Sha512)).ToList();
        var source = DescribeSource(known.Source);
        if (hasContents && missing.Count == 0 && source == known.Source)
            return known;
        var read = hasContents && missing.Count == 0 ? ImageInspection.None : await AskAsync(built, !hasContents, missing, cancellation);
        var wanted = files.Select(file => file.Sha512).ToHashSet();
        var digests = known.Digests.Where(digest => wanted.Contains(digest.Key)).Concat(read.Digests).ToDictionary();
        var inspection = new ImageInspection(key, hasContents ? known.Contents : read.Contents, digests) { Source = source };
        StateDirectory.Write(state.InspectionFile, inspection, InspectionJson.Default.ImageInspection);
        return inspection;
    }

    async Task<ImageInspection> AskAsync(BuiltImage built, bool readsContents, IReadOnlyList<InspectedFile> files, CancellationToken cancellation)
    {
        if (!built.Layers.All(layers.Contains))
            throw new BuildException("IMG6091",
                $"The layers of {plan.Project.ImageFile} are no longer in the cache {layers.Root}, so its packages cannot be read. Build the project again.", plan.Project.ProjectFile);
        listener.Progress("Reading packages and licences");
        var done = await workers.AskAsync(plan.Project.CacheDirectory, new InspectImageRequest(built.Layers, readsContents, files), listener, cancellation);
        return done.Inspection!;
    }

    DescribedSource? DescribeSource(DescribedSource? known)
    {
        if (StateDirectory.TryRead(state.StageFile(ImageStage.ResolveSourceImage), StateJson.Default.SourceImage) is not { ImageFile: { } file } source)
            return null;
        // Of a project, what its image is called says nothing of when it changed.
        if (source.Kind == SourceKind.Project && source.Fingerprint.Split(' ') is [_, var hash])
            return new(epoch is null ? source.Name : ImageName.GetDirectory(source.Name), hash);
        return known?.Name == source.Name ? known : new(source.Name, TreeHash.Compute(workers.Records.Read(file).FileSystem!).ToString());
    }
}
