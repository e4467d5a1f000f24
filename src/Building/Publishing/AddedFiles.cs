using ImageSdk.Attestations;
using ImageSdk.Building.State;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Publishing;

/// <summary>Finds the files of an image that came from the project itself.</summary>
static class AddedFiles
{
    static readonly ByteString[] packagerFolders = ["var/cache/", "var/lib/apt/", "var/lib/dnf/", "var/lib/dpkg/", "var/lib/rpm/", "var/log/"];

    /// <summary>The files that the stages of a build brought and that are in the finished image, in bytewise order.</summary>
    public static IReadOnlyList<AddedFile> List(StateDirectory state, LayerStore layers, FileSystem tree)
    {
        var files = new SortedDictionary<ByteString, AddedFile>();
        var below = LayersOf(state, ImageStage.UnpackSourceImage);
        foreach (var row in StageTable.Rows.Where(row => row.MakesLayer && row.Kind != StageKind.Unpack))
        {
            var stack = LayersOf(state, row.Stage);
            if (row.BringsOwnFiles)
                foreach (var layer in stack.Skip(below.Count))
                    Take(layers.ReadIndex(layer), row.Stage, layer, files);
            below = stack;
        }
        var paths = new PathFinder(tree);
        // Later stages, also those of packages, may have put something else in its place.
        return [.. files.Values.Where(file => paths.Find(file.Path) is RegularInode now && now.Size == file.Inode.Size && (now.Size == 0 || now.Hash == file.Inode.Hash))];
    }

    static void Take(LayerIndex index, ImageStage stage, string layer, SortedDictionary<ByteString, AddedFile> files)
    {
        foreach (var entry in index.Entries)
            if (entry.Inode is RegularInode file && !IsByTheWay(entry.Path, file))
                files[entry.Path] = new(entry.Path, file, stage, layer);
    }

    // What packagers write beside the files of packages, and where the machine's resolver settings lay while scripts ran.
    static bool IsByTheWay(ByteString path, RegularInode file) =>
        packagerFolders.Any(folder => path.Span.StartsWith(folder.Span)) || file.Size == 0 && path.Span.SequenceEqual("etc/resolv.conf"u8);

    static IReadOnlyList<string> LayersOf(StateDirectory state, ImageStage stage) =>
        JsonFile.TryRead(state.StageFile(stage), StateJson.Default.StageState)?.Layers ?? [];
}
