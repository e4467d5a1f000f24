using ImageSdk.Building.Contents;
using ImageSdk.Building.Scanning;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Storage;

namespace ImageSdk.Building.Publishing;

/// <summary>Brings a built image into the store. The same image twice is one image.</summary>
/// <param name="content">Of the image's files.</param>
sealed class ImagePublisher(BuildPlan plan, IImageContent content, ImageRecords records, IBuildListener listener)
{
    public async Task<string> PublishAsync(StateDirectory state, CancellationToken cancellation)
    {
        var file = plan.Project.ImageFile;
        var built = ReadBuilt();
        var image = records.Read(file);
        StoreProtection.Apply(plan.Project.Store, listener);
        var images = plan.Project.Store.Open().Images;
        if (IsPublished(images, built.Name, image))
            return built.Name;
        var missing = FindMissing(images.Objects, image.FileSystem!, out var areSound);
        if (missing.Count > 0)
            await content.StoreAsync(missing, plan.Project.Store.ObjectDirectory, cancellation);
        try
        {
            await AddLogAsync(images.Objects, image, state, cancellation);
            return Add(images, built, file, image with { Attestations = AddAttestations(images.Objects, built, state) }, new() { HasObjects = areSound });
        }
        catch (StoreException exception)
        {
            throw new BuildException("IMG7004",
                $"The store {images.Directory} refuses the image: {exception.Message}. Check it (imagesdk verify), or publish into another one.", plan.Project.ProjectFile, inner: exception);
        }
    }

    /// <summary>Brings objects of the image into a directory, its log included.</summary>
    public async Task StoreObjectsAsync(IReadOnlySet<ObjectHash> wanted, string directory, StateDirectory state, CancellationToken cancellation)
    {
        var image = records.Read(plan.Project.ImageFile);
        var objects = new ObjectStore(directory, isDurable: false);
        var missing = FindMissing(objects, image.FileSystem!, out _).Where(item => wanted.Contains(new ObjectHash(item.Hash))).ToList();
        if (missing.Count > 0)
            await content.StoreAsync(missing, directory, cancellation);
        if (image.BuildLog?.Object is { } log && wanted.Contains(log))
            await AddLogAsync(objects, image, state, cancellation);
    }

    BuiltImage ReadBuilt() => JsonFile.TryRead(plan.Project.ImageFile + ".json", StateJson.Default.BuiltImage)
        ?? throw new BuildException("IMG7002", $"There is no image to publish: {plan.Project.ImageFile} has not been built. Build the project first.", plan.Project.ProjectFile);

    // The name came with the content; another image of that name was made in the same second.
    static bool IsPublished(ImageStore images, string name, Image image) =>
        images.Exists(name) && images.Get(name) is { } stored && PublishedImage.IsSame(stored, image);

    /// <summary>Objects that the store lacks, each with one of the paths that have it.</summary>
    /// <param name="areSound">False where the store has one with another size; it says so when the image comes.</param>
    static List<ImageObject> FindMissing(ObjectStore objects, FileSystem fileSystem, out bool areSound)
    {
        var files = new Dictionary<ObjectHash, (ByteString Path, ulong Size)>();
        foreach (var entry in fileSystem.Walk())
            if (entry.Inode is RegularInode { Size: > 0 } file)
                files.TryAdd(file.Hash, (entry.Path, file.Size));
        var sizes = objects.SizesOf([.. files.Keys]);
        var missing = new List<ImageObject>();
        areSound = true;
        foreach (var (hash, (path, size)) in files)
            if (!sizes.TryGetValue(hash, out var stored))
                missing.Add(new(path.Span[1..].ToArray(), hash.Span.ToArray()));
            else
                areSound &= stored == size;
        return missing;
    }

    async Task AddLogAsync(ObjectStore objects, Image image, StateDirectory state, CancellationToken cancellation)
    {
        if (image.BuildLog?.Object is not { } hash || objects.Contains(hash))
            return;
        if (!File.Exists(state.LogFile))
            await content.WriteLogAsync(hash, state.LogFile, cancellation);
        if (plan.Project.Sandbox.Secrets.Count > 0 && ProjectSecrets.Mask(plan.Project).Finds(File.ReadAllText(state.LogFile)))
            throw new BuildException("IMG3122",
                $"The build log {state.LogFile} has a secret of the project in it and is not published. Run dotnet clean and build again: the log is then written without it.", plan.Project.ProjectFile);
        await using var log = File.OpenRead(state.LogFile);
        objects.Add(log, hash, cancellation);
    }

    /// <summary>The documents beside the image, where they are about this one and not one that was built before.</summary>
    Dictionary<string, Annotation>? AddAttestations(ObjectStore objects, BuiltImage built, StateDirectory state)
    {
        var attestations = new Dictionary<string, Annotation>();
        foreach (var kind in DescribedKinds(built, state))
            if (AttestationKinds.FileBeside(plan.Project.ImageFile, kind) is var file && File.Exists(file))
                attestations[kind] = new(objects.Add(File.ReadAllBytes(file)).Hash);
        return attestations.Count > 0 ? attestations : null;
    }

    // What another machine built came with its documents.
    IReadOnlyList<string> DescribedKinds(BuiltImage built, StateDirectory state) =>
        built.Remotely is not null ? plan.Project.Attestations
        : JsonFile.TryRead(state.DescribedFile, StateJson.Default.DescribedImage) is { } described && described.TreeHash == built.TreeHash ? described.Kinds : [];

    static string Add(ImageStore images, BuiltImage built, string file, Image image, ImageAddition addition)
    {
        var name = built.Name;
        while (File.Exists(images.GetPath(name)))
            name = PublishedImage.NextName(name);
        images.Add(name, image with { CreatedBy = Environment.UserName, CreatedOn = DateTimeOffset.UtcNow }, addition);
        if (name != built.Name)
            JsonFile.Write(file + ".json", built with { Name = name }, StateJson.Default.BuiltImage);
        return name;
    }
}
