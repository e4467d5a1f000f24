using ImageSdk.Building.Manifests;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Scanning;

/// <summary>
/// Computes a sealed image's tree from what is known already: the source image's record and the indexes of the layers
/// above it. No file is read.
/// </summary>
sealed class ImageTreeBuilder(LayerStore store)
{
    /// <summary>Puts the layers that are there on one another, for an image that is going to have more.</summary>
    /// <param name="source">As below.</param>
    public LowerTree BuildLower(StageState state, FileSystem? source)
    {
        var tree = source is null ? new LayerTree() : LayerTree.From(source);
        Apply(tree, state.Layers.Skip(source is null ? 0 : state.SourceLayerCount));
        return new(tree, state.Layers);
    }

    /// <param name="source">Tree of the source image; null where the lowest layer was made from nothing.</param>
    /// <param name="lower">Its lower part where that was built ahead, which is used up; null to begin here.</param>
    /// <param name="previous">The stream's latest image, to take over times of what did not change.</param>
    /// <param name="latest">No time is later; null for no limit.</param>
    public FileSystem Build(
        StageState state, FileSystem? source, LowerTree? lower, IReadOnlyList<ComputedFileSetting> computedFiles, Func<string, Place> placeOf,
        FileSystem? previous, IReadOnlyList<string> mtimesCopyFilter, FileTime? latest)
    {
        if (lower is null || !state.Layers.Take(lower.Layers.Count).SequenceEqual(lower.Layers))
            lower = BuildLower(state, source);
        var tree = lower.Tree;
        Apply(tree, state.Layers.Skip(lower.Layers.Count));
        tree.MaterialiseComputedFiles();
        var fileSystem = Splice(tree.ToFileSystem(latest), computedFiles, placeOf);
        return previous is null
            ? fileSystem
            : fileSystem.CopyMtimes(previous, mtimesCopyFilter.Count == 0 ? null : new Filter(mtimesCopyFilter));
    }

    void Apply(LayerTree tree, IEnumerable<string> layers)
    {
        foreach (var layer in layers)
            tree.Apply(store.ReadIndex(layer));
    }

    static FileSystem Splice(FileSystem fileSystem, IReadOnlyList<ComputedFileSetting> computedFiles, Func<string, Place> placeOf)
    {
        try
        {
            return ComputedFile.Splice(fileSystem, [.. computedFiles.Select(file => new ComputedFile(file.Filename, file.Source))]);
        }
        catch (ImageFormatException exception)
        {
            var place = placeOf(exception.Path.ToString());
            throw new BuildException("IMG5002",
                $"Computed file {exception.Path} is {Describe(exception.Reason)} in the image; a regular file without hard links was expected. Put a placeholder into files/, or correct the path.",
                place.File, place.Line);
        }
    }

    static string Describe(string reason) => reason switch
    {
        "missing from image" => "missing",
        _ when reason.StartsWith("multiple inodes", StringComparison.Ordinal) => "a file of several names",
        _ when reason.StartsWith("type: ", StringComparison.Ordinal) => $"a {reason["type: ".Length..].Split(' ')[0]}",
        _ => reason,
    };
}

/// <summary>The lower part of an image's tree.</summary>
/// <param name="Layers">What it is made of, the lowest first.</param>
sealed record LowerTree(LayerTree Tree, IReadOnlyList<string> Layers);
