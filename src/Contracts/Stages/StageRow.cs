namespace ImageSdk.Contracts.Stages;

/// <summary>What a stage is: a line of <see cref="StageTable"/>.</summary>
/// <param name="Version">
/// Of what the stage makes, a part of its key. Raise it when the stage makes something else of the same inputs: old layers then no longer
/// count. Empty where it makes nothing of inputs.
/// </param>
public sealed record StageRow(ImageStage Stage, StageKind Kind, string Version)
{
    /// <summary>The folder in a manifest directory whose files it reads; for trees, the name without a suffix. Empty for none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The single files of a manifest directory that it reads.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Value of the metadata Stage by which items of its kind choose it; empty where there are no such items.</summary>
    public string ItemValue { get; init; } = "";

    /// <summary>
    /// Whether what it makes ages with the repositories of packages: its key then has the stream's generation in it, where no lock names
    /// the packages.
    /// </summary>
    public bool FollowsPackageAge { get; init; }

    /// <summary>Whether the files that it brings count as the project's own, in bills of materials.</summary>
    public bool BringsOwnFiles { get; init; }

    /// <summary>Whether the clean-up after it gives back what it takes of the stage's files.</summary>
    public bool SurvivesCleanUp { get; init; }

    /// <summary>Whether it makes a layer on those of the stages before.</summary>
    public bool MakesLayer => Kind is not (StageKind.Resolve or StageKind.Test);
}
