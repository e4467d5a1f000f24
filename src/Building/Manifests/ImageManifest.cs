using ImageSdk.Building.State;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Images;

namespace ImageSdk.Building.Manifests;

/// <summary>
/// All that a project and its manifest directory say of an image, checked and merged. What depends on variables is
/// expanded; what depends on the source image is not known yet.
/// </summary>
sealed record ImageManifest
{
    /// <summary>Stream name; empty where there is none (bootstrap, or a project reference).</summary>
    public string SourceImage { get; init; } = "";

    public string SourceImageGitCommitId { get; init; } = "";

    public IReadOnlyDictionary<string, IReadOnlyList<string>> SourceImageTagsToMatch { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyDictionary<string, string> SourceImageBuildVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>The file and line where the source image is named, for errors.</summary>
    public Place SourceImagePlace { get; init; } = new("", 0);

    /// <summary>Expressions of paths that the image leaves out.</summary>
    public IReadOnlyList<string> ExcludedPaths { get; init; } = [];

    public IReadOnlyList<string> MtimesCopyFilter { get; init; } = [];

    /// <summary>Null for a sparse image.</summary>
    public Inheritable<IReadOnlyList<string>>? Filter { get; init; }

    /// <summary>JSON of the triggers; null for none.</summary>
    public Inheritable<string>? Triggers { get; init; }

    public Inheritable<IReadOnlyList<ComputedFileSetting>>? ComputedFiles { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public IReadOnlyList<string> OwnerUsers { get; init; } = [];

    public IReadOnlyList<string> OwnerGroups { get; init; } = [];

    public IReadOnlyList<PackageRequest> Packages { get; init; } = [];

    public IReadOnlyList<ProjectTreeItem> Trees { get; init; } = [];

    public IReadOnlyList<ProjectFileItem> Files { get; init; } = [];

    /// <summary>In the order in which they run.</summary>
    public IReadOnlyList<ProjectScriptItem> Scripts { get; init; } = [];

    /// <summary>tests/, or null.</summary>
    public string? TestsDirectory { get; init; }

    public IReadOnlyList<string> TestFiles { get; init; } = [];

    /// <summary>What scripts and packagers see beyond the base environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string GitBranch { get; init; } = "";
    public string GitCommitId { get; init; } = "";
    public string GitUrl { get; init; } = "";
}

/// <summary>A value that replaces the source image's or is added to it.</summary>
sealed record Inheritable<T>(T Value, bool Add);

/// <param name="Line">1-based; 0 for the whole file.</param>
sealed record Place(string File, int Line);
