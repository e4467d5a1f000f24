namespace ImageSdk.Contracts.Stages;

/// <summary>
/// The stages of a manifest, in the order in which they run. The names are the names of the MSBuild targets; <see cref="StageTable"/> says
/// what each is.
/// </summary>
public enum ImageStage
{
    ResolveSourceImage,
    UnpackSourceImage,
    CopyFiles,
    RunPreInstallScripts,
    InstallPackages,
    CopyPostInstallFiles,
    RunScripts,
    CopyPostScriptsFiles,
    CleanPackages,
    RunPostCleanupScripts,
    ScanImage,
    TestImage,
}

/// <summary>
/// All stages of a manifest. What differs between stages stands here and nowhere else; what a kind of stage does is code that switches
/// over <see cref="StageKind"/>. docs/contributing/add-a-stage.md says what belongs to a new one.
/// </summary>
public static class StageTable
{
    /// <summary>In the order in which they run, a row for each <see cref="ImageStage"/>.</summary>
    public static IReadOnlyList<StageRow> Rows { get; } =
    [
        new(ImageStage.ResolveSourceImage, StageKind.Resolve, "") { Files = ["manifest"] },
        new(ImageStage.UnpackSourceImage, StageKind.Unpack, "5") { FollowsPackageAge = true },
        new(ImageStage.CopyFiles, StageKind.Files, "2") { Folder = "files", ItemValue = "Files", BringsOwnFiles = true },
        new(ImageStage.RunPreInstallScripts, StageKind.Scripts, "4") { Folder = "pre-install-scripts", ItemValue = "PreInstall", BringsOwnFiles = true },
        new(ImageStage.InstallPackages, StageKind.Packages, "5") { Files = ["package-list"], FollowsPackageAge = true },
        new(ImageStage.CopyPostInstallFiles, StageKind.Files, "2") { Folder = "post-install-files", ItemValue = "PostInstall", BringsOwnFiles = true },
        new(ImageStage.RunScripts, StageKind.Scripts, "4") { Folder = "scripts", ItemValue = "Scripts", BringsOwnFiles = true },
        // In Dominator the clean-up comes before these files.
        new(ImageStage.CopyPostScriptsFiles, StageKind.Files, "2") { Folder = "post-scripts-files", ItemValue = "PostScripts", BringsOwnFiles = true, SurvivesCleanUp = true },
        // What the clean-up brings was there before it.
        new(ImageStage.CleanPackages, StageKind.CleanUp, "3"),
        new(ImageStage.RunPostCleanupScripts, StageKind.Scripts, "4") { Folder = "post-cleanup-scripts", ItemValue = "PostCleanup", BringsOwnFiles = true },
        new(ImageStage.ScanImage, StageKind.Seal, "2")
        {
            Folder = "tests", BringsOwnFiles = true, Files = ["computed-files", "computed-files.json", "computed-files.add", "computed-files.add.json"],
        },
        new(ImageStage.TestImage, StageKind.Test, "2") { Files = ["filter", "filter.add", "triggers", "triggers.add", "tags.json", "owners.json"] },
    ];

    public static StageRow Of(ImageStage stage) => Rows[(int)stage];

    /// <param name="name">Of a stage.</param>
    /// <returns>Null where this version has no such stage.</returns>
    public static StageRow? Find(string name)
    {
        foreach (var row in Rows)
            if (row.Stage.ToString() == name)
                return row;
        return null;
    }

    /// <summary>The stages of a kind, in order.</summary>
    public static IEnumerable<StageRow> OfKind(StageKind kind) => Rows.Where(row => row.Kind == kind);

    /// <summary>That a switch does not know a kind of stage.</summary>
    internal static Exception Unexpected(StageKind kind) => new InvalidOperationException($"A stage of the kind {kind} has no place here.");
}
