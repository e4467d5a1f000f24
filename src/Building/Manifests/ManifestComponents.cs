using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Manifests;

/// <summary>The names in a manifest directory that have a meaning.</summary>
static class ManifestComponents
{
    public const string Tests = "tests";

    /// <summary>In the order in which a stage uses its trees.</summary>
    static readonly (string Suffix, ProjectTreeUse Use)[] uses =
        [("", ProjectTreeUse.Copy), (".append", ProjectTreeUse.Append), (".templated", ProjectTreeUse.Template)];

    static readonly (string Name, ProjectFileStage Stage)[] treeStages =
    [
        ("files", ProjectFileStage.Files), ("post-install-files", ProjectFileStage.PostInstall), ("post-scripts-files", ProjectFileStage.PostScripts),
    ];

    /// <summary>Files, each with the meaning that its name has in the original.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        "manifest", "package-list", "filter", "filter.add", "triggers", "triggers.add", "computed-files", "computed-files.json", "computed-files.add",
        "computed-files.add.json", "tags.json", "owners.json",
    ];

    /// <summary>Trees that go into the image, a stage's in the order in which they do.</summary>
    public static IReadOnlyList<(string Name, ProjectFileStage Stage, ProjectTreeUse Use)> Trees { get; } =
        [.. treeStages.SelectMany(tree => uses.Select(use => (tree.Name + use.Suffix, tree.Stage, use.Use)))];

    public static IReadOnlyList<(string Name, ProjectScriptStage Stage)> Scripts { get; } =
    [
        ("pre-install-scripts", ProjectScriptStage.PreInstall), ("scripts", ProjectScriptStage.Scripts),
        ("post-cleanup-scripts", ProjectScriptStage.PostCleanup),
    ];

    /// <summary>Folders whose files go into an image or run in it.</summary>
    public static IReadOnlyList<string> Folders { get; } = [.. Trees.Select(tree => tree.Name), .. Scripts.Select(scripts => scripts.Name), Tests];

    /// <summary>Name of a stage's trees of a kind.</summary>
    public static string NameOf(ProjectFileStage stage, ProjectTreeUse use) => Trees.First(tree => tree.Stage == stage && tree.Use == use).Name;
}
