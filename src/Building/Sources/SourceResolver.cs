using System.Security.Cryptography;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.Fetching;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Posix;
using ImageSdk.Storage;
using ImageSdk.Trees;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building.Sources;

/// <summary>
/// Finds the image that a build stands on: the one of a referenced project or NuGet package, or else the newest of a stream in
/// the store that matches.
/// </summary>
/// <param name="clock">Says how old a source is.</param>
sealed class SourceResolver(
    BuildPlan plan, ImageServerSettings? server, IReadOnlyList<ImagePackageSource> packages, IBuildListener listener, TimeProvider clock)
{
    /// <summary>Past this age a source is built again where a project is known that builds it.</summary>
    static readonly TimeSpan DefaultMaxAge = TimeSpan.FromHours(1);

    readonly LayerStore layers = new(plan.Project.CacheDirectory, Processes.UserId);

    /// <returns>The source, or the project that must be built first.</returns>
    public async Task<(SourceImage? Source, SourceToBuild? ToBuild)> ResolveAsync(
        IReadOnlyList<string> referencedImages, bool mayBuild, CancellationToken cancellation)
    {
        if (plan.Project.Bootstrap is { } bootstrap)
            return (new SourceImage(SourceKind.Bootstrap, "", null, "", "", []) { Digest = await DigestAsync(bootstrap, cancellation) }, null);
        var built = referencedImages.Select(file => (File: file, Image: ReadBuilt(file))).ToList();
        var stream = plan.Manifest.SourceImage;
        if (stream.Length > 0)
        {
            if (built.FirstOrDefault(reference => reference.Image.Stream == stream) is { Image: not null } match)
                return (FromProject(match.File, match.Image), null);
            var package = packages.FirstOrDefault(package => package.Id.Equals(stream, StringComparison.OrdinalIgnoreCase) || package.Stream == stream);
            return package is null ? await FromStoreAsync(stream, mayBuild, cancellation) : (FromPackage(package), null);
        }
        return (built, packages) switch
        {
            ([var only], []) => (FromProject(only.File, only.Image), null),
            ([], [var only]) => (FromPackage(only), null),
            ([], []) => throw Error("IMG2001",
                "The image has no source: set SourceImage (in the manifest or the project), reference another image project or a package with an image, or set BootstrapDistribution or BootstrapCommand."),
            _ => throw Error("IMG2002",
                $"The project references {built.Count + packages.Count} images; it is not clear which is the source. Set SourceImage to one of: {string.Join(", ", built.Select(reference => reference.Image.Stream).Concat(packages.Select(package => package.Id)))}."),
        };
    }

    /// <summary>Of the file that is unpacked, where it is fetched or a lock has to say it. What a lock has is asked of no server again.</summary>
    async Task<string?> DigestAsync(BootstrapSettings bootstrap, CancellationToken cancellation)
    {
        if (bootstrap.Download is { } download)
        {
            if (download.Digest.Length == 0 && plan.Project.Lock is { ForceEvaluate: false } settings
                && ImageLockFile.TryRead(settings.File)?.Source is { Type: LockedSourceType.File, Digest: { } locked } known && known.Name == Downloader.Show(new(download.Url)))
                download = download with { Digest = locked, Checksums = "" };
            using var downloader = new SourceDownloader(layers, plan.Project.Architecture, listener, plan.Project.ProjectFile, download.DeniedNetworks);
            return (await downloader.ResolveAsync(download, cancellation)).ToString();
        }
        return bootstrap.SourceFile.Length > 0 && plan.Project.Lock is not null ? (await ContentDigest.OfAsync(bootstrap.SourceFile, "sha256", cancellation)).ToString() : null;
    }

    BuiltImage ReadBuilt(string file) =>
        JsonFile.TryRead(file + ".json", StateJson.Default.BuiltImage)
            ?? throw Error("IMG2006", $"The referenced project's image {file} has not been built. Build that project first.");

    SourceImage FromProject(string file, BuiltImage image)
    {
        if (image.Remotely is { } remotely)
            throw Error("IMG2360",
                $"The referenced image {image.Stream} was built by {remotely.Builder}, and its layers are there. Build this project there too (ImageBuilder), or the other one here.");
        if (!image.Layers.All(layers.Contains))
            throw Error("IMG2007",
                $"Layers of the source image {image.Stream} are no longer in the cache {layers.Root}. Build its project again (dotnet build -t:Rebuild), with the same ImageCacheDirectory as this one.");
        return new(SourceKind.Project, image.Name, file, $"{image.Key} {image.TreeHash}", image.Key, image.Layers);
    }

    SourceImage FromPackage(ImagePackageSource package)
    {
        if (package.Architecture.Length > 0 && package.Architecture != plan.Project.Architecture)
            throw Error("IMG2022",
                $"The image in package {package} is for {package.Architecture}, and this project builds for {plan.Project.Architecture}. Reference another package, or set RuntimeIdentifier or ImageArchitecture.");
        if (!ObjectHash.TryParse(package.TreeHash, out _))
            throw ImagePackage.Damaged(package.ToString(), package.ImageFile, "it does not say what its tree's hash is");
        foreach (var file in new[] { package.ImageFile, package.ObjectsFile })
            if (!File.Exists(file))
                throw ImagePackage.Damaged(package.ToString(), package.ImageFile, $"{file} is missing");
        // Times are not in the tree's hash, but in the layer. What is in the package is compared when it is unpacked.
        var key = CacheKey.Of("package", package.TreeHash, DigestOf(package.ImageFile));
        return new(SourceKind.Package, package.ImageName, package.ImageFile, $"{package} {key}", key, []) { Package = package };
    }

    static string DigestOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    async Task<(SourceImage?, SourceToBuild?)> FromStoreAsync(string stream, bool mayBuild, CancellationToken cancellation)
    {
        if (ImageName.FindStreamFault(stream) is { } fault)
            throw Error("IMG2008", $"\"{stream}\" is no name for a source image: {fault}. SourceImage is the name of a stream, {ImageName.StreamRule}; check the variables in it.");
        var store = plan.Project.Store.Open();
        var images = store.Images;
        var tags = new TagMatcher(plan.Manifest.SourceImageTagsToMatch);
        var commit = plan.Manifest.SourceImageGitCommitId;
        if (await FindLockedAsync(store, stream, commit, tags, cancellation) is { } locked)
            return (FromStore(images, locked), null);
        if (server is not null)
        {
            StoreProtection.Apply(plan.Project.Store, listener);
            await FetchAsync(store, stream, commit, tags, cancellation);
        }
        var latest = images.DirectoryExists(stream) && images.FindLatest(stream, commit, tags) is { } name ? images.GetHeader(name) : null;
        var project = plan.Project.Source.BuildableStreams.FirstOrDefault(buildable => buildable.Name == stream) is { } buildable
            ? new SourceToBuild(buildable.Value, [.. plan.Manifest.SourceImageBuildVariables.Select(variable => new NamedValue(variable.Key, variable.Value))])
            : null;
        var maxAge = plan.Project.Source.MaxAge ?? DefaultMaxAge;
        if (latest is null)
        {
            if (project is not null && mayBuild)
                return (null, project);
            throw Error("IMG2003",
                $"no source image: {Describe(stream, commit, tags)}. The store {plan.Project.Store.ImageDirectory}{(server is null ? "" : $" and the image server {server.Address}")} has no image that matches. "
                + "Publish one, reference the project that builds it, or name that project with a BuildableImageStream item.");
        }
        if (maxAge > TimeSpan.Zero && clock.GetUtcNow() - latest.CreatedOn > maxAge)
        {
            if (project is not null && mayBuild)
            {
                // Otherwise the cache would answer with the very packages that have become too old.
                layers.StartGeneration(StreamGeneration.KeyOf(stream));
                return (null, project);
            }
            if (project is null && plan.Project.Source.MaxAge is not null)
                throw Error("IMG2004",
                    $"too old source image: {Describe(stream, commit, tags)}: {latest.Name} is older than {maxAge}, and no project is known that builds it. "
                    + "Publish a new one, name its project with a BuildableImageStream item, or raise SourceImageMaxAge.");
        }
        if (project is not null && mayBuild)
            new SourceAge(latest, project.Project, maxAge, clock.GetUtcNow()).Tell(listener);
        return (FromStore(images, latest), null);
    }

    SourceImage FromStore(ImageStore images, ImageHeader image)
    {
        var file = images.GetPath(image.Name);
        // A name is given once; with the file's time, a store that was made again does not pass for the old one.
        var key = CacheKey.Of("image", image.Name, image.CreatedOn?.UtcTicks.ToString() ?? "");
        return new(SourceKind.Store, image.Name, file, image.Name, key, [])
        {
            TreeHash = plan.Project.Lock is null ? null : TreeHash.Compute(ImageRecord.Read(file).FileSystem!).ToString(),
        };
    }

    /// <summary>The image of the stream that the lock names, whatever is newer; null where it names none that the project could mean.</summary>
    async Task<ImageHeader?> FindLockedAsync(LocalStore store, string stream, string commit, TagMatcher tags, CancellationToken cancellation)
    {
        if (plan.Project.Lock is not { ForceEvaluate: false } settings
            || ImageLockFile.TryRead(settings.File)?.Source is not { Type: LockedSourceType.Store, Name: var name }
            || !ImageName.TryParse(name, out var lockedStream, out _) || lockedStream != stream)
            return null;
        if (!store.Images.Exists(name) && server is not null)
        {
            await using var link = new ServerLink(server, plan.Project.ProjectFile, listener);
            await new ServerSource(link, store, listener).FetchAsync(name, cancellation);
        }
        var image = store.Images.Exists(name) ? store.Images.GetHeader(name) : null;
        if (image is null)
            throw new BuildException("IMG4022",
                $"The lock names the source image {name}, and neither the store {plan.Project.Store.ImageDirectory}{(server is null ? "" : $" nor the image server {server.Address}")} has it. Publish it there, or take the newest one: dotnet restore --force-evaluate.",
                settings.File);
        var isMeant = (commit.Length == 0 || image.BuildCommitId == commit || image.BuildBranch == commit) && tags.Matches(image.Tags);
        return isMeant ? image : null;
    }

    // Without its server, a build goes on with what was fetched before.
    async Task FetchAsync(LocalStore store, string stream, string commit, TagMatcher tags, CancellationToken cancellation)
    {
        await using var link = new ServerLink(server!, plan.Project.ProjectFile, listener);
        try
        {
            await new ServerSource(link, store, listener).FetchLatestAsync(stream, commit, tags, cancellation);
        }
        catch (BuildException problem) when (problem.Diagnostic.Code == "IMG7005"
            && store.Images.DirectoryExists(stream) && store.Images.FindLatest(stream, commit, tags) is not null)
        {
            listener.Report(problem.Diagnostic with { Severity = DiagnosticSeverity.Warning });
        }
    }

    static string Describe(string stream, string commit, TagMatcher tags) =>
        stream + (commit.Length > 0 ? $"@gitCommitId:{commit}" : "")
            + (tags.Tags.Count > 0 ? $"@tags:{string.Join(' ', tags.Tags.Select(tag => $"{tag.Key}=[{string.Join(' ', tag.Value)}]"))}" : "");

    BuildException Error(string code, string message) =>
        new(code, message, plan.Manifest.SourceImagePlace.File, plan.Manifest.SourceImagePlace.Line);
}
