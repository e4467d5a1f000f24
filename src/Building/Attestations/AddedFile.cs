using ImageSdk.Building.Layers;
using ImageSdk.Building.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Attestations;

/// <summary>A file of an image that came from the project itself rather than from a package or the source image.</summary>
/// <param name="Path">In the image, without a leading slash.</param>
/// <param name="Stage">What brought it, or changed it last.</param>
/// <param name="Layer">Where it lies.</param>
sealed record AddedFile(ByteString Path, RegularInode Inode, ImageStage Stage, string Layer)
{
    /// <summary>Of its content, in hexadecimal digits.</summary>
    public string Sha512 => (Inode.Size == 0 ? ObjectHash.Of([]) : Inode.Hash).ToString();

    // What the clean-up brings was there before it.
    static readonly ImageStage[] ownStages =
    [
        ImageStage.CopyFiles, ImageStage.RunPreInstallScripts, ImageStage.CopyPostInstallFiles, ImageStage.RunScripts,
        ImageStage.CopyPostScriptsFiles, ImageStage.RunPostCleanupScripts, ImageStage.ScanImage,
    ];

    static readonly ByteString[] packagerFolders = ["var/cache/", "var/lib/apt/", "var/lib/dnf/", "var/lib/dpkg/", "var/lib/rpm/", "var/log/"];

    /// <summary>The files that the stages of a build brought and that are in the finished image, in bytewise order.</summary>
    public static IReadOnlyList<AddedFile> List(StateDirectory state, LayerStore layers, FileSystem tree)
    {
        var files = new SortedDictionary<ByteString, AddedFile>();
        var below = LayersOf(state, ImageStage.UnpackSourceImage);
        for (var stage = ImageStage.CopyFiles; stage <= ImageStage.ScanImage; stage++)
        {
            var stack = LayersOf(state, stage);
            if (ownStages.Contains(stage))
                foreach (var layer in stack.Skip(below.Count))
                    Take(layers.ReadIndex(layer), stage, layer, files);
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
        StateDirectory.TryRead(state.StageFile(stage), StateJson.Default.StageState)?.Layers ?? [];
}
