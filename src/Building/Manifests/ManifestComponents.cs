using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Manifests;

/// <summary>The names in a manifest directory that have a meaning, as <see cref="StageTable"/> has them.</summary>
static class ManifestComponents
{
    /// <summary>The folder of tests.</summary>
    public static string Tests { get; } = StageTable.OfKind(StageKind.Seal).Single().Folder;

    /// <summary>In the order in which a stage uses its trees.</summary>
    static readonly (string Suffix, ProjectTreeUse Use)[] uses =
        [("", ProjectTreeUse.Copy), (".append", ProjectTreeUse.Append), (".templated", ProjectTreeUse.Template)];

    /// <summary>Files, each with the meaning that its name has in Dominator.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. StageTable.Rows.SelectMany(row => row.Files)];

    /// <summary>Trees that go into the image, a stage's in the order in which they do.</summary>
    public static IReadOnlyList<(string Name, ImageStage Stage, ProjectTreeUse Use)> Trees { get; } =
        [.. StageTable.OfKind(StageKind.Files).SelectMany(row => uses.Select(use => (row.Folder + use.Suffix, row.Stage, use.Use)))];

    public static IReadOnlyList<(string Name, ImageStage Stage)> Scripts { get; } = [.. StageTable.OfKind(StageKind.Scripts).Select(row => (row.Folder, row.Stage))];

    /// <summary>Folders whose files go into an image or run in it.</summary>
    public static IReadOnlyList<string> Folders { get; } = [.. Trees.Select(tree => tree.Name), .. Scripts.Select(scripts => scripts.Name), Tests];

    /// <summary>Name of a stage's trees of a kind.</summary>
    public static string NameOf(ImageStage stage, ProjectTreeUse use) => Trees.First(tree => tree.Stage == stage && tree.Use == use).Name;
}
