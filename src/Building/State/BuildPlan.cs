using System.Text.Json.Serialization;
using ImageSdk.Building.Manifests;
using ImageSdk.Contracts.Locks;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Trees.ImagePackages;

namespace ImageSdk.Building.State;

/// <summary>What a build is going to do, as far as it can be known before it starts: plan.json.</summary>
sealed record BuildPlan(ImageProject Project, ImageManifest Manifest)
{
    /// <summary>Where the layers of this build lie.</summary>
    public LayerStore OpenLayers() => new(Project.CacheDirectory, Processes.UserId);

    /// <summary>Null where the project has no lock, or none yet.</summary>
    public ImageLock? ReadLock() => Project.Lock is { } settings ? ImageLockFile.TryRead(settings.File) : null;
}

/// <summary>Where the source image comes from: ResolveSourceImage.stage.</summary>
/// <param name="Name">Image name; empty for a bootstrap.</param>
/// <param name="ImageFile">Its record; null for a bootstrap.</param>
/// <param name="Fingerprint">Changes whenever the source's content does.</param>
/// <param name="Key">Cache key of its layers, where they are at hand; the stages above chain to it.</param>
/// <param name="Layers">Its layers, the lowest first; empty where the image has to be unpacked from the store.</param>
sealed record SourceImage(SourceKind Kind, string Name, string? ImageFile, string Fingerprint, string Key, IReadOnlyList<string> Layers)
{
    /// <summary>The NuGet package that carries it; null for others.</summary>
    public ImagePackageSource? Package { get; init; }

    /// <summary>Of an image from the store, where a lock asks for it.</summary>
    public string? TreeHash { get; init; }

    /// <summary>"sha256:HEX" or "sha512:HEX" of a file that is unpacked, where it is fetched or a lock asks for it.</summary>
    public string? Digest { get; init; }

    /// <summary>The project's archives of packages with their addresses and keys; null where it has none.</summary>
    public IReadOnlyList<PackageArchive>? Archives { get; init; }
}

enum SourceKind
{
    Bootstrap,
    Package,
    Project,
    Store,
}

/// <summary>What a stage left: STAGE.stage.</summary>
/// <param name="Key">Of all that was done so far.</param>
/// <param name="Layers">What makes up the root now, the lowest first; layers without content left out.</param>
/// <param name="SourceLayerCount">How many of them are the source image's own.</param>
/// <param name="Logs">The layers whose logs, in order, are the build log.</param>
sealed record StageState(string Key, IReadOnlyList<string> Layers, int SourceLayerCount, IReadOnlyList<string> Logs)
{
    /// <summary>Key of the tests that passed, in TestImage.stage.</summary>
    public string? TestedKey { get; init; }

    /// <summary>Whether the next build has to run the stage again, because something was unavailable that it may find.</summary>
    public bool IsProvisional { get; init; }

    /// <summary>Key of what the stage stood on; null for the lowest.</summary>
    public string? Below { get; init; }

    /// <summary>What the stage left before it had to run again: it tells why that was.</summary>
    public StageTrace? Previous { get; init; }
}

/// <param name="Key">As in <see cref="StageState"/>.</param>
/// <param name="Below">Key of what the stage stood on; null for the lowest.</param>
sealed record StageTrace(string Key, string? Below);

/// <summary>What another project needs of a built image beside its record: NAME.image.json.</summary>
/// <param name="Name">Image name under which it is published.</param>
/// <param name="CacheDirectory">Where its layers lie.</param>
public sealed record BuiltImage(string Name, string Stream, string Key, string TreeHash, string CacheDirectory, IReadOnlyList<string> Layers)
{
    /// <summary>The machine that built it and has its layers, and the name of the build there; null for this machine.</summary>
    public RemotelyBuilt? Remotely { get; init; }
}

/// <param name="Builder">host:port.</param>
/// <param name="Build">The build's name there.</param>
public sealed record RemotelyBuilt(string Builder, string Build);

/// <summary>Which image the documents beside the record describe: described.json.</summary>
sealed record DescribedImage(string TreeHash, IReadOnlyList<string> Kinds);

[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BuildPlan))]
[JsonSerializable(typeof(SourceImage))]
[JsonSerializable(typeof(StageState))]
[JsonSerializable(typeof(BuiltImage))]
[JsonSerializable(typeof(DescribedImage))]
sealed partial class StateJson : JsonSerializerContext;
