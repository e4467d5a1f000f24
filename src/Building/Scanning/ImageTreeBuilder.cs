using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Manifests;
using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Scanning;

/// <summary>
/// Computes a sealed image's tree from what is known already: the source image's record and the indexes of the layers
/// above it. No file is read.
/// </summary>
sealed class ImageTreeBuilder(LayerStore store)
{
    /// <param name="source">Tree of the source image; null where the lowest layer was made from nothing.</param>
    /// <param name="previous">The stream's latest image, to take over times of what did not change.</param>
    /// <param name="latest">No time is later; null for no limit.</param>
    public FileSystem Build(
        StageState state, FileSystem? source, IReadOnlyList<ComputedFileSetting> computedFiles, Place place,
        FileSystem? previous, IReadOnlyList<string> mtimesCopyFilter, FileTime? latest)
    {
        var tree = source is null ? new LayerTree() : LayerTree.From(source);
        foreach (var layer in state.Layers.Skip(source is null ? 0 : state.SourceLayerCount))
            tree.Apply(store.ReadIndex(layer));
        tree.MaterialiseComputedFiles();
        var fileSystem = Splice(tree.ToFileSystem(latest), computedFiles, place);
        return previous is null
            ? fileSystem
            : fileSystem.CopyMtimes(previous, mtimesCopyFilter.Count == 0 ? null : new Filter(mtimesCopyFilter));
    }

    static FileSystem Splice(FileSystem fileSystem, IReadOnlyList<ComputedFileSetting> computedFiles, Place place)
    {
        try
        {
            return ComputedFile.Splice(fileSystem, [.. computedFiles.Select(file => new ComputedFile(file.Filename, file.Source))]);
        }
        catch (ImageFormatException exception)
        {
            throw new BuildException("IMG5002",
                $"A computed file can't be placed: {exception.Message}. It must be a regular file without hard links that is in the image; put a placeholder into files/.",
                place.File, place.Line);
        }
    }
}
