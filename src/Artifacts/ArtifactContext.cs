using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts;

/// <summary>What a format gets to write an artifact.</summary>
public sealed class ArtifactContext
{
    /// <summary>Where the image's root is mounted: an overlay of its layers. Changes to it are thrown away.</summary>
    /// <remarks>
    /// Owners, modes, contents and extended attributes are the tree's. Times are not, nor are device nodes where an ordinary
    /// user builds (small files stand for them): both are to be taken from the tree.
    /// </remarks>
    public required string Root { get; init; }

    /// <summary>
    /// The image's tree, and what is to be made of it: what <see cref="Root"/> has beyond it is not part of the image. No time is
    /// later than <see cref="Epoch"/>; directories have that one. Computed files are in it as they are in the image: an artifact has
    /// empty ones.
    /// </summary>
    public required FileSystem Tree { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyList<Package> Packages { get; init; }

    /// <summary>Name of the image's record without its extension: "web".</summary>
    public required string Name { get; init; }

    /// <summary>Name of the image stream: "base/debian-12".</summary>
    public required string Stream { get; init; }

    /// <summary>In the field's words: amd64, arm64.</summary>
    public required string Architecture { get; init; }

    /// <summary>
    /// Seconds since 1970 that stand for "now" in the artifact: SOURCE_DATE_EPOCH where that is set, otherwise a time derived
    /// from the image.
    /// </summary>
    public required long Epoch { get; init; }

    /// <summary>Hash of the tree, in hexadecimal digits: what fixed identifiers are derived from.</summary>
    public required string TreeHash { get; init; }

    /// <summary>Options of the format, checked.</summary>
    public required ArtifactSettings Settings { get; init; }

    /// <summary>Where the artifact is to be written. It is on the file system where it is going to stay, mostly.</summary>
    public required string OutputPath { get; init; }

    /// <summary>An empty folder, removed afterwards.</summary>
    public required string ScratchDirectory { get; init; }

    /// <summary>The disk that the image is built on, for formats that need it; null where there is none.</summary>
    public ISourceDisk? Source { get; init; }

    /// <summary>Runs programs of the host.</summary>
    public required HostToolRunner Tools { get; init; }

    /// <summary>Takes a short line about progress.</summary>
    public required Action<string> Progress { get; init; }

    /// <summary>Takes a warning: its code and what is wrong, in a sentence or two.</summary>
    public required Action<string, string> Warn { get; init; }

    public required CancellationToken Cancellation { get; init; }

    public FileTime EpochTime => new(Epoch, 0);

    /// <summary>Opens the mounted root, to read files by the names that the tree has.</summary>
    public DirectoryHandle OpenRoot() => DirectoryHandle.Open(Root);

    /// <summary>An identifier for something of the artifact, the same whenever the tree is the same.</summary>
    /// <param name="purpose">What it identifies: "root file system".</param>
    public Guid Identifier(string purpose) => DerivedIdentifier.Of($"{TreeHash}\n{purpose}");

    /// <summary>The same image for another format, whose result is a part of this one.</summary>
    /// <param name="outputPath">Below <see cref="ScratchDirectory"/> or <see cref="OutputPath"/>.</param>
    public ArtifactContext For(ArtifactSettings settings, string outputPath) => new()
    {
        Root = Root, Tree = Tree, Tags = Tags, Packages = Packages, Name = Name, Stream = Stream, Architecture = Architecture, Epoch = Epoch,
        TreeHash = TreeHash, Settings = settings, OutputPath = outputPath, ScratchDirectory = ScratchDirectory, Tools = Tools,
        Progress = Progress, Warn = Warn, Cancellation = Cancellation,
    };
}
